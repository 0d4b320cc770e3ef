package dev.weft.api;

/** Extracts the cause of a failed call for messages to users. */
public final class Causes {
  private Causes() {}

  /** Innermost cause of {@code failure}; the failure itself if it has no cause. */
  public static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /**
   * Message of the innermost cause that has one; without one, the class name of the innermost
   * cause. Skips messages such as "Operation: [list] failed.", in which the client names the
   * operation but not the cause.
   */
  public static String of(Throwable failure) {
    String said = "";
    Throwable last = failure;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      last = each;
      String message = each.getMessage();
      if (message != null && !message.isBlank() && !message.startsWith("Operation: [")) {
        said = message;
      }
    }
    return said.isEmpty() ? last.getClass().getSimpleName() : said;
  }
}
