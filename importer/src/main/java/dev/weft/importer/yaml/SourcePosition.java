package dev.weft.importer.yaml;

/**
 * Position of a value in its source.
 *
 * @param file file as the user named it
 * @param line from 1; 0 for a source without lines, such as an engine
 * @param column from 1
 */
public record SourcePosition(String file, int line, int column) {
  @Override
  public String toString() {
    return line == 0 ? file : "%s:%d".formatted(file, line);
  }
}
