package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.nft.NftablesException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The changes that failed so far, in this order, and why. */
final class FailedChanges {
  /** What the kernel answers about a thing that does not exist. */
  static final Set<String> NOT_FOUND =
      Set.of("ENOENT", "ENODEV", "ESRCH", "EADDRNOTAVAIL", "ENXIO");

  private final Map<Change, RuntimeException> failures = new LinkedHashMap<>();

  /** The failures, as a live view. */
  Map<Change, RuntimeException> reasons() {
    return failures;
  }

  Set<Change> changes() {
    return failures.keySet();
  }

  boolean has(Change change) {
    return failures.containsKey(change);
  }

  /** Those of {@code changes} that have not failed. */
  List<Change> without(List<Change> changes) {
    return changes.stream().filter(change -> !has(change)).toList();
  }

  /** Notes a failure; the first one of a change counts, and removing what is gone is none. */
  void fail(Change change, RuntimeException error) {
    boolean alreadyGone =
        change instanceof Change.Remove
            && (error instanceof ApplyError.SandboxGone
                || error instanceof ApplyError.DeviceMissing);
    if (!alreadyGone) {
      failures.putIfAbsent(change, error);
    }
  }

  /** Runs a part of a change and notes what it throws. */
  void attempt(Change change, Runnable action) {
    try {
      action.run();
    } catch (NetlinkException
        | NftablesException
        | UncheckedIOException
        | ApplyError.SandboxGone
        | ApplyError.DeviceMissing e) {
      fail(change, e);
    }
  }
}
