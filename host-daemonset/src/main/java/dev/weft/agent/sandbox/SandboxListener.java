package dev.weft.agent.sandbox;

/** Receives calls from a source of sandboxes. */
public interface SandboxListener {
  /**
   * Wires a sandbox to its networks. Returns within a bounded time, well below the two seconds that
   * a container runtime grants; slower wiring continues in the background and ends in {@link
   * Sandboxes#report}. May be called again for the same sandbox at any time.
   */
  AttachResult attach(Sandbox sandbox);

  /**
   * Wires a sandbox in which programs may already run, and reports to its user if it lacked a
   * network until now. Otherwise like {@link #attach}.
   */
  default AttachResult adopt(Sandbox sandbox) {
    return attach(sandbox);
  }

  /** Releases what an ended sandbox held. Returns soon and continues in the background. */
  void detach(Sandbox sandbox);

  /** All running sandboxes have been reported. */
  void synced();
}
