package dev.weft.agent.attach.claim;

import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Inspects sandboxes and the LAN of the node. */
@FunctionalInterface
public interface Probe {
  /**
   * Contents of a sandbox's namespace.
   *
   * @param onNode whether it is the node's own namespace
   * @param interfaces names of its interfaces
   * @param foreign names of interfaces that Weft did not create
   */
  record View(boolean onNode, Set<String> interfaces, Set<String> foreign) {
    public View {
      interfaces = Set.copyOf(interfaces);
      foreign = Set.copyOf(foreign);
    }
  }

  /**
   * An interface of a sandbox.
   *
   * @param mtu in bytes
   * @param ips addresses of global scope without prefix lengths; empty if not read
   */
  record Device(String name, String mac, int mtu, List<String> ips) {
    public Device {
      ips = List.copyOf(ips);
    }
  }

  /** The interfaces of a sandbox; it reads addresses of eth0 only. */
  default List<Device> devices(Sandbox sandbox) {
    return List.of();
  }

  /**
   * Inspects a sandbox.
   *
   * @throws RuntimeException with a message for the user, if the namespace cannot be entered
   */
  View look(Sandbox sandbox);

  /**
   * MAC address of a machine on the LAN of a node's device that claims an address; empty if none
   * answers within a few milliseconds.
   */
  default Optional<String> holder(String device, IpAddress address) {
    return Optional.empty();
  }
}
