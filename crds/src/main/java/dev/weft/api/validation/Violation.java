package dev.weft.api.validation;

/**
 * A value in an object that cannot work.
 *
 * @param field path of the field, such as {@code spec.subnets[0].gateway}
 * @param problem the requested value and why it cannot work
 * @param remedy what to change
 */
public record Violation(String field, String problem, String remedy) {
  /** Field, problem and remedy in one line, for a condition or an Event. */
  @Override
  public String toString() {
    return field + ": " + problem + "; " + remedy;
  }
}
