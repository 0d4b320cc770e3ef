package dev.weft.agent.attach;

import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** State of the attempts to attach one sandbox. */
final class AttachState {
  /** Problems of an attached sandbox that end within this time are not reported. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  /** Held during an attempt: two concurrent attempts would claim twice. */
  final ReentrantLock lock = new ReentrantLock();

  /** Whether another attempt is already scheduled. */
  final AtomicBoolean due = new AtomicBoolean();

  volatile Sandbox sandbox;
  volatile Set<String> networks = Set.of();
  volatile @Nullable AttachResult last;
  private @Nullable AttachResult reported;
  private @Nullable Instant healing;
  private Probe.@Nullable View found;
  int failures;

  /** Whether programs may already run in the sandbox. */
  volatile boolean late;

  /** Networks that the sandbox lacked at first, and that no Event has reported as late. */
  final Set<String> lacking = ConcurrentHashMap.newKeySet();

  volatile boolean over;

  AttachState(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  /** Notes what is in the sandbox; the first call counts, before any interface is wired. */
  void saw(Probe.View view) {
    if (found == null) {
      found = view;
    }
  }

  /** Whether an agent before this one has attached it. */
  private boolean wasAttached() {
    return found != null && !found.foreign().containsAll(found.interfaces());
  }

  /**
   * Whether to report a result: it differs from the one reported before. A sandbox that an earlier
   * agent attached keeps its interfaces, so a temporary problem is reported only if it lasts.
   *
   * @param heals whether another attempt may succeed without any change
   */
  boolean isNews(AttachResult verdict, boolean heals, Instant now) {
    if (!heals) {
      healing = null;
    } else if (healing == null) {
      healing = now;
    }
    boolean waits =
        wasAttached() && healing != null && Duration.between(healing, now).compareTo(PATIENCE) < 0;
    if (waits || verdict.equals(reported)) {
      return false;
    }
    reported = verdict;
    return true;
  }

  boolean isWired() {
    return last instanceof AttachResult.Wired;
  }
}
