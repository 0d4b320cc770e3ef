package dev.weft.netlink.wire;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts kernel entries that this package cannot decode and skips, by kind. Any process that
 * configures a namespace chooses its entries, and one entry must not hide the others.
 */
public final class Unreadable {
  private static final Map<String, Kind> KINDS = new ConcurrentHashMap<>();

  private Unreadable() {}

  /**
   * Skipped entries of one kind.
   *
   * @param last reason of the last skip
   */
  private record Kind(LongAdder count, String last) {}

  /**
   * Counts an entry.
   *
   * @param kind a fixed text, such as {@code routes}
   */
  static void skip(String kind, RuntimeException why) {
    KINDS.compute(
        kind,
        (_, known) -> {
          Kind next = new Kind(known == null ? new LongAdder() : known.count, String.valueOf(why));
          next.count.increment();
          return next;
        });
  }

  public static long count() {
    return KINDS.values().stream().mapToLong(each -> each.count.sum()).sum();
  }

  public static Map<String, String> reasons() {
    Map<String, String> reasons = new TreeMap<>();
    KINDS.forEach((kind, known) -> reasons.put(kind, known.last));
    return reasons;
  }
}
