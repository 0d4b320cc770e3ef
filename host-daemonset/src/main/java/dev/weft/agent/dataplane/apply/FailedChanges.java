package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.nft.NftablesException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The changes that failed so far, in order, with reasons. */
final class FailedChanges {
  /** The kernel's errors for objects that do not exist. */
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

  /** Returns {@code changes} without those that failed. */
  List<Change> without(List<Change> changes) {
    return changes.stream().filter(change -> !has(change)).toList();
  }

  /**
   * Records a failure. Only the first one of a change counts; removing a missing object is none.
   */
  void fail(Change change, RuntimeException error) {
    boolean alreadyGone =
        change instanceof Change.Remove
            && (error instanceof ApplyError.SandboxGone
                || error instanceof ApplyError.DeviceMissing);
    if (!alreadyGone) {
      failures.putIfAbsent(change, error);
    }
  }

  /** Runs a part of a change and records its exception. */
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
