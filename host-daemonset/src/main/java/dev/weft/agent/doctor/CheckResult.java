package dev.weft.agent.doctor;

/**
 * The result of one check.
 *
 * @param subject what was checked
 * @param grade how far the requirement is met
 * @param found what was found
 * @param cure what to change; empty if nothing
 */
public record CheckResult(String subject, Grade grade, String found, String cure) {
  /** How far a requirement is met. */
  public enum Grade {
    /** The node meets the requirement. */
    OK,
    /** Some networks cannot work on the node. */
    NOTE,
    /** No agent can work on the node. */
    FAIL
  }

  static CheckResult ok(String subject, String found) {
    return new CheckResult(subject, Grade.OK, found, "");
  }

  static CheckResult note(String subject, String found, String cure) {
    return new CheckResult(subject, Grade.NOTE, found, cure);
  }

  static CheckResult fail(String subject, String found, String cure) {
    return new CheckResult(subject, Grade.FAIL, found, cure);
  }

  @Override
  public String toString() {
    String line = "%-4s  %-20s %s".formatted(grade, subject, found);
    return cure.isEmpty() ? line : line + "%n%26s → %s".formatted("", cure);
  }
}
