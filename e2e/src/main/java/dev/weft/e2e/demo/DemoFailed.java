package dev.weft.e2e.demo;

/** A step of the demo failed; the message says what and why. */
final class DemoFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DemoFailed(String message) {
    super(message);
  }
}
