package dev.weft.agent.dataplane.model;

import dev.weft.netlink.rtnl.BridgePort;

/**
 * A device's membership in a bridge. The bridge learns no MAC address behind the port, because a
 * sandbox could fill the node's memory with them; the agent adds those of endpoints.
 *
 * @param bridge name of the bridge
 * @param isolated the port reaches only the bridge itself and ports that are not isolated
 * @param neighSuppress the bridge answers ARP and neighbour discovery for known addresses itself
 * @param altered an option of the port differs from what all ports of Weft have
 */
public record BridgeMembership(
    String bridge, boolean isolated, boolean neighSuppress, boolean altered) {
  /** A port with Weft's options. */
  public BridgeMembership(String bridge, boolean isolated, boolean neighSuppress) {
    this(bridge, isolated, neighSuppress, false);
  }

  /** The membership that the kernel reports; an option that it does not report is as wanted. */
  public static BridgeMembership of(String bridge, BridgePort port) {
    return new BridgeMembership(
        bridge,
        Boolean.TRUE.equals(port.isolated()),
        Boolean.TRUE.equals(port.neighSuppress()),
        !Boolean.FALSE.equals(port.learning())
            || Boolean.TRUE.equals(port.hairpin())
            || Boolean.TRUE.equals(port.locked())
            || Boolean.FALSE.equals(port.unicastFlood())
            || Boolean.FALSE.equals(port.multicastFlood())
            || Boolean.FALSE.equals(port.broadcastFlood()));
  }

  public BridgePort options() {
    return BridgePort.builder()
        .isolated(isolated)
        .neighSuppress(neighSuppress)
        .learning(false)
        .hairpin(false)
        .locked(false)
        .unicastFlood(true)
        .multicastFlood(true)
        .broadcastFlood(true)
        .build();
  }

  @Override
  public String toString() {
    return bridge
        + (isolated ? ", isolated" : "")
        + (neighSuppress ? ", answers for known neighbours" : "")
        + (altered ? ", with options of others" : "");
  }
}
