package dev.weft.agent.endpoint;

import dev.weft.agent.sandbox.Sandbox;
import java.util.Set;

/** Looks into a sandbox. */
@FunctionalInterface
public interface Probe {
  /**
   * What a sandbox's namespace holds.
   *
   * @param onNode whether it is the node's own namespace
   * @param interfaces names of its interfaces
   * @param waysOut names of interfaces that carry a default route
   */
  record View(boolean onNode, Set<String> interfaces, Set<String> waysOut) {
    public View {
      interfaces = Set.copyOf(interfaces);
      waysOut = Set.copyOf(waysOut);
    }
  }

  /**
   * Looks.
   *
   * @throws RuntimeException with a message for the user, if the namespace cannot be entered
   */
  View look(Sandbox sandbox);
}
