package dev.weft.api;

/** Why a call failed, in words for a user. */
public final class Causes {
  private Causes() {}

  /** The innermost of the failures that led to this one. */
  public static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /**
   * What the innermost failure says. Clients wrap it in the name of what they did, such as
   * "Operation: [list] failed.", which says nothing of the cause.
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
