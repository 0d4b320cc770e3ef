package dev.weft.agent.dataplane.ipsec;

import dev.weft.agent.dataplane.kernel.IpsecTables;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.xfrm.XfrmDirection;
import dev.weft.netlink.xfrm.XfrmPolicyId;
import dev.weft.netlink.xfrm.XfrmPolicySpec;
import dev.weft.netlink.xfrm.XfrmSelector;
import dev.weft.netlink.xfrm.XfrmTemplate;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The policies that keep clear text off an encrypted port. Packets to a peer leave only through one
 * state, and packets to others are dropped. Incoming packets must arrive through a Weft state,
 * whose selector names the peer. Pure.
 */
final class PortPolicies {
  private static final int PROTECT = 100;
  private static final int REFUSE = 1000;

  private PortPolicies() {}

  /** Returns the policies that apply to all addresses. */
  static List<Item> ofPort(int port) {
    List<Item> items = new ArrayList<>();
    for (XfrmSelector all : List.of(XfrmSelector.ALL_IPV4, XfrmSelector.ALL_IPV6)) {
      InetAddress any = all.source().address();
      XfrmSelector selector = all.udpTo(port);
      items.add(
          new IpsecItem.SecurityPolicy(
              XfrmPolicySpec.block(XfrmPolicyId.of(XfrmDirection.OUT, selector), REFUSE)));
      items.add(
          new IpsecItem.SecurityPolicy(
              XfrmPolicySpec.protect(
                  XfrmPolicyId.of(XfrmDirection.IN, selector),
                  PROTECT,
                  XfrmTemplate.transport(any, any, IpsecTables.REQID))));
    }
    return items;
  }

  /**
   * Returns the policy for each peer.
   *
   * @param from source address of this node's tunnels
   * @param spis of the outgoing state, by the peer's address
   */
  static List<Item> toPeers(int port, InetAddress from, Map<InetAddress, Long> spis) {
    List<Item> items = new ArrayList<>();
    spis.forEach((to, spi) ->
        items.add(
            new IpsecItem.SecurityPolicy(
                XfrmPolicySpec.protect(
                    XfrmPolicyId.of(
                        XfrmDirection.OUT,
                        XfrmSelector.between(IpPrefix.host(from), IpPrefix.host(to)).udpTo(port)),
                    PROTECT,
                    XfrmTemplate.transport(from, to, IpsecTables.REQID).withSpi(spi)))));
    return items;
  }
}
