package dev.weft.agent.dataplane.spec;

import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.List;

/** Where a node's tunnels start. */
public sealed interface LocalVtep {
  /**
   * The node can carry tunnels.
   *
   * @param vtep source address of the tunnels
   * @param interfaceName the interface that holds it
   * @param mtu the interface's MTU in bytes
   * @param routes networks that the node's main table leads to, ours and default routes excluded
   */
  record Found(InetAddress vtep, String interfaceName, int mtu, List<IpPrefix> routes)
      implements LocalVtep {
    public Found {
      routes = List.copyOf(routes);
    }

    /** The same, reached at another address. */
    public Found at(InetAddress address) {
      return new Found(address, interfaceName, mtu, routes);
    }
  }

  /**
   * No address of the node is fit.
   *
   * @param reason what was looked for and what stands in the way
   */
  record Missing(String reason) implements LocalVtep {}
}
