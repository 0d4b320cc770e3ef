package dev.weft.api.reading;

/**
 * A part of a stored object that cannot be read and counts as absent.
 *
 * @param path of the part, such as {@code spec.template.spec.containers}
 * @param problem the value found and the value expected
 * @param remedy what to change
 */
public record Fault(String path, String problem, String remedy) {
  @Override
  public String toString() {
    return path + ": " + problem + "; " + remedy;
  }
}
