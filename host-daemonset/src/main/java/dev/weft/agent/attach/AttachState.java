package dev.weft.agent.attach;

import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** State of the attempts to attach one sandbox. */
final class AttachState {
  /** Held during an attempt: two concurrent attempts would claim twice. */
  final ReentrantLock lock = new ReentrantLock();

  /** Whether another attempt is already scheduled. */
  final AtomicBoolean due = new AtomicBoolean();

  volatile Sandbox sandbox;
  volatile Set<String> networks = Set.of();
  volatile @Nullable AttachResult last;
  int failures;

  /** Whether programs may already run in the sandbox. */
  volatile boolean late;

  /** Networks that the sandbox lacked at first, and that no Event has reported as late. */
  final Set<String> lacking = ConcurrentHashMap.newKeySet();

  volatile boolean over;

  AttachState(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  boolean isWired() {
    return last instanceof AttachResult.Wired;
  }
}
