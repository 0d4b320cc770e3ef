package dev.weft.e2e.lab;

/** Whether network namespaces can be made here. */
public final class Root {
  /** Why a test that needs root is skipped. */
  public static final String REASON = "network namespaces need root";

  private Root() {}

  /** Whether this JVM runs as root. */
  public static boolean is() {
    return "root".equals(System.getProperty("user.name"));
  }
}
