package dev.weft.agent.attach.claim;

import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.IpAddress;
import java.util.Optional;
import java.util.Set;

/** Looks into sandboxes, and around the node. */
@FunctionalInterface
public interface Probe {
  /**
   * What a sandbox's namespace holds.
   *
   * @param onNode whether it is the node's own namespace
   * @param interfaces names of its interfaces
   * @param foreign names of those that are not ours
   * @param waysOut names of interfaces that carry a default route
   */
  record View(boolean onNode, Set<String> interfaces, Set<String> foreign, Set<String> waysOut) {
    public View {
      interfaces = Set.copyOf(interfaces);
      foreign = Set.copyOf(foreign);
      waysOut = Set.copyOf(waysOut);
    }
  }

  /**
   * Looks.
   *
   * @throws RuntimeException with a message for the user, if the namespace cannot be entered
   */
  View look(Sandbox sandbox);

  /**
   * The MAC address of a machine that says that it has an address, on the LAN of a device of the
   * node; empty if none does within a few milliseconds.
   */
  default Optional<String> holder(String device, IpAddress address) {
    return Optional.empty();
  }
}
