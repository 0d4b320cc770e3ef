package dev.weft.agent.dataplane.spec;

import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.List;

/** The source of a node's tunnels. */
public sealed interface LocalVtep {
  /**
   * The node can carry tunnels.
   *
   * @param vtep source address of the tunnels
   * @param interfaceName the interface with this address
   * @param mtu the interface's MTU in bytes
   * @param routes destinations in the node's main table, without Weft's and default routes
   */
  record Found(InetAddress vtep, String interfaceName, int mtu, List<IpPrefix> routes)
      implements LocalVtep {
    public Found {
      routes = List.copyOf(routes);
    }

    /** Returns this source with another public address. */
    public Found at(InetAddress address) {
      return new Found(address, interfaceName, mtu, routes);
    }
  }

  /**
   * No address of the node fits.
   *
   * @param reason what was searched for and what stands in the way
   */
  record Missing(String reason) implements LocalVtep {}
}
