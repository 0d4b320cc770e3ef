package dev.weft.e2e.demo;

/** The demo did not show what it should; the message says what and why. */
final class DemoFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DemoFailed(String message) {
    super(message);
  }
}
