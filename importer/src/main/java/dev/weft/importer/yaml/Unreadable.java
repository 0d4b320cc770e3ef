package dev.weft.importer.yaml;

/** A whole file that cannot be read; the message names file, line and remedy. */
public final class Unreadable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public Unreadable(Place place, String message) {
    super(place + ": " + message);
  }

  public Unreadable(String message) {
    super(message);
  }
}
