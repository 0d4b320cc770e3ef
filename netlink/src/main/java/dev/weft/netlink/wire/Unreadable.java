package dev.weft.netlink.wire;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Entries of the kernel that this package cannot decode. Each is skipped and counted by its kind:
 * anybody who configures a namespace chooses what is in it, and one entry must not hide the others.
 */
public final class Unreadable {
  private static final Map<String, Kind> KINDS = new ConcurrentHashMap<>();

  private Unreadable() {}

  /**
   * What is known of one kind.
   *
   * @param last why the last one was skipped
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
