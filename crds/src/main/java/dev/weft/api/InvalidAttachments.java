package dev.weft.api;

/** An attach annotation that cannot be read; the message tells the pod's author why and where. */
public final class InvalidAttachments extends Exception {
  private final int position;

  InvalidAttachments(String message, int position) {
    super(message);
    this.position = position;
  }

  /** Index of the offending character, from 0. */
  public int position() {
    return position;
  }
}
