package dev.weft.agent.sandbox;

/** What a source of sandboxes calls. */
public interface SandboxListener {
  /**
   * Wires a sandbox to the networks that it asks for. Returns within a bounded time, well below the
   * two seconds that a container runtime grants; wiring that takes longer goes on behind it, and
   * ends in {@link Sandboxes#report}. May be called again for the same sandbox at any time.
   */
  AttachResult attach(Sandbox sandbox);

  /**
   * Wires a sandbox in which something may run already, and reports to its user if it lacked a
   * network until now. Otherwise as {@link #attach}.
   */
  default AttachResult adopt(Sandbox sandbox) {
    return attach(sandbox);
  }

  /** Gives up what an ended sandbox held. Returns soon; the rest is done behind it. */
  void detach(Sandbox sandbox);

  /** All running sandboxes have been reported. */
  void synced();
}
