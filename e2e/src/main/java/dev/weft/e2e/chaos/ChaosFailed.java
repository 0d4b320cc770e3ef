package dev.weft.e2e.chaos;

/** An invariant was violated; the message says which. */
final class ChaosFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ChaosFailed(String message) {
    super(message);
  }

  ChaosFailed(String message, RuntimeException cause) {
    super(message, cause);
  }
}
