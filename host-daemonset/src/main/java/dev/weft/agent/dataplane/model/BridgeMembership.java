package dev.weft.agent.dataplane.model;

import dev.weft.netlink.rtnl.BridgePort;

/**
 * A device's place in a bridge. The bridge learns no MAC address behind it: a sandbox could fill
 * the node's memory with them, and it is told those that matter.
 *
 * @param bridge name of the bridge
 * @param isolated it reaches only the bridge itself and ports that are not isolated
 * @param neighSuppress ARP and neighbour discovery for known addresses are answered, not sent here
 * @param altered an option is not as all our ports have it
 */
public record BridgeMembership(
    String bridge, boolean isolated, boolean neighSuppress, boolean altered) {
  /** As we make it. */
  public BridgeMembership(String bridge, boolean isolated, boolean neighSuppress) {
    this(bridge, isolated, neighSuppress, false);
  }

  /** As it is; what this kernel does not report is as it should be. */
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
