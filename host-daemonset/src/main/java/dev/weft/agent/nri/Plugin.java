package dev.weft.agent.nri;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a runtime calls. Each call is made on a thread of its own, and may wait. */
interface Plugin {
  /** A sandbox is there, with its network namespace; none of its containers is. */
  int RUN_POD_SANDBOX = 1;

  /** A sandbox has ended. */
  int STOP_POD_SANDBOX = 2;

  /** A sandbox that has ended is forgotten. */
  int REMOVE_POD_SANDBOX = 3;

  /**
   * The session begins.
   *
   * @param runtime its name and version
   * @param patience how long the runtime waits for the answer to a call; zero if it does not say
   * @return the events to subscribe to
   */
  List<Integer> configure(String runtime, Duration patience);

  /** The sandboxes that the runtime has, also those that have ended and are not forgotten yet. */
  void synchronize(List<PodSandbox> sandboxes);

  /**
   * Something happened to a sandbox.
   *
   * @return why it must not go on; empty: it may
   */
  Optional<String> changed(int event, PodSandbox sandbox);

  /** Whether the session is to end once the sandboxes are listed. */
  default boolean isDone() {
    return false;
  }
}
