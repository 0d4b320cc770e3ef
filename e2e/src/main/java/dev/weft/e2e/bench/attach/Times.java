package dev.weft.e2e.bench.attach;

import java.util.ArrayList;
import java.util.List;

/** Measured durations. */
final class Times {
  private static final double MILLIS = 1e6;

  private final String what;
  private final List<Double> millis = new ArrayList<>();

  Times(String what) {
    this.what = what;
  }

  void add(long nanos) {
    millis.add(nanos / MILLIS);
  }

  private double at(double share) {
    List<Double> sorted = millis.stream().sorted().toList();
    return sorted.isEmpty() ? Double.NaN : sorted.get((int) (share * (sorted.size() - 1)));
  }

  @Override
  public String toString() {
    return "%-44s %8.1f %8.1f %8.1f".formatted(what, at(0.5), at(0.99), at(0));
  }
}
