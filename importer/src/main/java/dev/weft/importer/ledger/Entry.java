package dev.weft.importer.ledger;

import dev.weft.importer.yaml.SourcePosition;

/**
 * What became of a value that the resources do not hold as the source has it.
 *
 * @param path of the value in its source
 * @param value as the source has it
 * @param why what became of it, and what to do about it
 */
public record Entry(Fate fate, SourcePosition place, String path, String value, String why) {
  /** What became of a value. */
  public enum Fate {
    /** It needs no field: Kubernetes does by itself what it asks. */
    NOTED,
    /** The resource says it in another way, or something near it. */
    CHANGED,
    /** No resource says it. */
    DROPPED,
    /** It is no value that Docker would take. */
    REFUSED
  }

  /** A line of a comment. */
  public String line() {
    String at = value.isEmpty() ? path : "%s: %s".formatted(path, value);
    return switch (fate) {
      case NOTED, CHANGED -> "%s: %s".formatted(at, why);
      case DROPPED -> "dropped: %s: %s".formatted(at, why);
      case REFUSED -> "refused: %s (%s): %s".formatted(at, place, why);
    };
  }
}
