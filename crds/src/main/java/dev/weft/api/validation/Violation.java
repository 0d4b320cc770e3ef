package dev.weft.api.validation;

/**
 * One thing that cannot work.
 *
 * @param field path of the field, such as {@code spec.subnets[0].gateway}
 * @param problem what was asked and what stands in the way
 * @param remedy what to change
 */
public record Violation(String field, String problem, String remedy) {
  /** All three in one line, for a condition or an event. */
  @Override
  public String toString() {
    return field + ": " + problem + "; " + remedy;
  }
}
