package dev.weft.api;

/** An attach annotation that cannot be read; the message says why and where. */
public final class InvalidAttachments extends Exception {
  private final int position;

  /** Without a stack trace, because the fault is in the text and not in the program. */
  InvalidAttachments(String message, int position) {
    super("at character %d: %s".formatted(position + 1, message), null, false, false);
    this.position = position;
  }

  /** Index of the offending character, from 0; the message counts from 1. */
  public int position() {
    return position;
  }
}
