package dev.weft.e2e.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Prints lines with the seconds since the start. */
final class Progress {
  private final PrintStream out;
  private final long start = System.nanoTime();

  Progress(PrintStream out) {
    this.out = out;
  }

  void say(String format, Object... arguments) {
    out.printf(Locale.ROOT, "%6.1f s  %s%n", seconds(), format.formatted(arguments));
  }

  void plain(String line) {
    out.println(line.isEmpty() ? "" : "          " + line);
  }

  double seconds() {
    return elapsed().toMillis() / 1000.0;
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
