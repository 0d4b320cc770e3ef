package dev.weft.agent.docker;

/** The engine did not answer, or gave an unexpected answer. */
final class EngineAway extends RuntimeException {
  private static final long serialVersionUID = 1;

  EngineAway(String message, Throwable cause) {
    super(message, cause);
  }
}
