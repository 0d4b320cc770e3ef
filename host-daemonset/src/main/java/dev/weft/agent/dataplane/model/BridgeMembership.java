package dev.weft.agent.dataplane.model;

import dev.weft.netlink.rtnl.BridgePort;

/**
 * A device's membership in a bridge.
 *
 * @param bridge name of the bridge
 * @param isolated the port reaches only the bridge itself and ports that are not isolated
 * @param learning the bridge learns the MAC addresses behind the port
 * @param neighSuppress the bridge answers ARP and neighbour discovery for known addresses itself
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
