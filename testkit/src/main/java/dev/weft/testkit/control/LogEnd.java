package dev.weft.testkit.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the end of a log that is about to be removed with its folder. */
public final class LogEnd {
  private LogEnd() {}

  /** The last lines of a log; none if it does not exist. */
  public static List<String> of(Path log, int most) throws IOException {
    List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
    return lines.subList(Math.max(0, lines.size() - most), lines.size());
  }
}
