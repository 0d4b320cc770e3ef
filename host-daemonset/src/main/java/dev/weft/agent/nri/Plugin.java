package dev.weft.agent.nri;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Calls of a runtime. Each call runs on a thread of its own, and may block. */
interface Plugin {
  /** A sandbox and its network namespace exist; none of its containers does. */
  int RUN_POD_SANDBOX = 1;

  /** A sandbox has ended. */
  int STOP_POD_SANDBOX = 2;

  /** An ended sandbox is removed. */
  int REMOVE_POD_SANDBOX = 3;

  /**
   * The session begins.
   *
   * @param runtime its name and version
   * @param patience the runtime's timeout for a call; zero if it does not say
   * @return the events to subscribe to
   */
  List<Integer> configure(String runtime, Duration patience);

  /** Sandboxes of the runtime, including ended ones that are not removed yet. */
  void synchronize(List<PodSandbox> sandboxes);

  /**
   * A sandbox has changed.
   *
   * @return why it must not start; empty if it may
   */
  Optional<String> changed(int event, PodSandbox sandbox);

  /** Whether to end the session after the sandboxes are listed. */
  default boolean isDone() {
    return false;
  }
}
