package dev.weft.agent.dataplane.model;

import dev.weft.netlink.rtnl.BridgePort;

/**
 * A device's place in a bridge.
 *
 * @param bridge name of the bridge
 * @param isolated it reaches only the bridge itself and ports that are not isolated
 * @param learning the bridge learns the MAC addresses behind it
 * @param neighSuppress ARP and neighbour discovery for known addresses are answered, not sent here
 */
public record BridgeMembership(
    String bridge, boolean isolated, boolean learning, boolean neighSuppress) {
  public BridgePort options() {
    return BridgePort.builder()
        .isolated(isolated)
        .learning(learning)
        .neighSuppress(neighSuppress)
        .build();
  }

  @Override
  public String toString() {
    return bridge
        + (isolated ? ", isolated" : "")
        + (learning ? "" : ", no learning")
        + (neighSuppress ? ", answers for known neighbours" : "");
  }
}
