package dev.weft.importer.ledger;

import dev.weft.importer.yaml.SourcePosition;

/**
 * Report on a value that the resources do not hold as in the source.
 *
 * @param path path of the value in its source
 * @param value the value in its source
 * @param why what happened to it, and what to do about it
 */
public record Entry(Fate fate, SourcePosition place, String path, String value, String why) {
  /** Treatment of a value. */
  public enum Fate {
    /** It needs no field, because Kubernetes does by default what it requests. */
    NOTED,
    /** The resource expresses it in another way, or approximately. */
    CHANGED,
    /** No resource holds it. */
    DROPPED,
    /** Docker would not accept it. */
    REFUSED
  }

  /** The entry as a line of a comment. */
  public String line() {
    String at = value.isEmpty() ? path : "%s: %s".formatted(path, value);
    return switch (fate) {
      case NOTED, CHANGED -> "%s: %s".formatted(at, why);
      case DROPPED -> "dropped: %s: %s".formatted(at, why);
      case REFUSED -> "refused: %s (%s): %s".formatted(at, place, why);
    };
  }
}
