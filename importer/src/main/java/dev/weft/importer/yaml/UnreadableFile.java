package dev.weft.importer.yaml;

/** Thrown for a file that cannot be read at all; the message names file, line and remedy. */
public final class UnreadableFile extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnreadableFile(SourcePosition place, String message) {
    super(place + ": " + message);
  }

  public UnreadableFile(String message) {
    super(message);
  }
}
