package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.NamespaceRef;

/** Why the agent did not make a change, other than a refusal by the kernel. */
abstract sealed class ApplyError extends RuntimeException {
  private static final long serialVersionUID = 1;

  private ApplyError(String message) {
    super(message);
  }

  /** A sandbox ended during changes in it. */
  static final class SandboxGone extends ApplyError {
    private static final long serialVersionUID = 1;

    SandboxGone(NamespaceRef place) {
      super("the sandbox " + place + " is gone");
    }
  }

  /** A device is missing, because an earlier change failed or another process removed it. */
  static final class DeviceMissing extends ApplyError {
    private static final long serialVersionUID = 1;

    DeviceMissing(DeviceName name) {
      super("there is no device " + name);
    }
  }

  /** Clear text could pass, because a rule or policy that drops it could not be installed. */
  static final class NotShut extends ApplyError {
    private static final long serialVersionUID = 1;

    NotShut(int port) {
      super("UDP port %d is not shut to clear text".formatted(port));
    }
  }

  /** A tunnel could not be removed, so the rules that drop clear text stay. */
  static final class TunnelStays extends ApplyError {
    private static final long serialVersionUID = 1;

    TunnelStays() {
      super("a tunnel or bridge could not be removed before");
    }
  }

  /** Forwarding would make the node drop routes from router advertisements. */
  static final class RoutesAtRisk extends ApplyError {
    private static final long serialVersionUID = 1;

    RoutesAtRisk() {
      super("the node would lose its IPv6 routes, as an interface could not be set to keep them");
    }
  }

  /** The isolating rules are missing, so their bridge is not created. */
  static final class NotIsolated extends ApplyError {
    private static final long serialVersionUID = 1;

    NotIsolated() {
      super("the packet filter that isolates it could not be installed");
    }
  }
}
