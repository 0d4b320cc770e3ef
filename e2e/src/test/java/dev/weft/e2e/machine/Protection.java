package dev.weft.e2e.machine;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.xfrm.XfrmDirection;
import dev.weft.netlink.xfrm.XfrmKey;
import dev.weft.netlink.xfrm.XfrmPolicyId;
import dev.weft.netlink.xfrm.XfrmPolicySpec;
import dev.weft.netlink.xfrm.XfrmRequest;
import dev.weft.netlink.xfrm.XfrmSelector;
import dev.weft.netlink.xfrm.XfrmStateId;
import dev.weft.netlink.xfrm.XfrmStateSpec;
import dev.weft.netlink.xfrm.XfrmTemplate;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * ESP for one UDP port between two hosts: policies that drop all other packets, a filter rule that
 * remains after a flush of the policies, and states by epoch.
 */
final class Protection {
  private static final long REQID = 0x57454654L;
  private static final int PROTECT = 100;
  private static final int REFUSE = 1000;

  /** Drops packets that leave or arrive without IPsec. */
  private static final String FENCE =
      """
      add table inet weft_test
      add chain inet weft_test out { type filter hook output priority 0; }
      add chain inet weft_test in { type filter hook input priority 0; }
      add rule inet weft_test out udp dport %1$d rt ipsec missing counter drop
      add rule inet weft_test in udp dport %1$d meta ipsec missing counter drop
      """
          .formatted(TunnelHost.PORT);

  private final List<TunnelHost> hosts;
  private final SecureRandom random = new SecureRandom();

  Protection(TunnelHost left, TunnelHost right) {
    this.hosts = List.of(left, right);
  }

  /** Blocks clear packets; before the first state exists, it blocks all packets. */
  void close() {
    for (TunnelHost host : hosts) {
      host.filter(FENCE);
      TunnelHost peer = peer(host);
      host.xfrm()
          .execute(
              List.of(
                  new XfrmRequest.PolicyUpdate(refuse(host, XfrmDirection.OUT)),
                  new XfrmRequest.PolicyUpdate(refuse(host, XfrmDirection.IN)),
                  new XfrmRequest.PolicyUpdate(protect(XfrmDirection.IN, peer, host, 0)),
                  new XfrmRequest.PolicyUpdate(protect(XfrmDirection.OUT, host, peer, 0))))
          .forEach(outcome -> outcome.orThrow());
    }
  }

  /** The first states. */
  void open(int epoch) {
    prepare(epoch);
    activate(epoch);
  }

  /** Changes from the states of one epoch to those of the next, as a rotation does. */
  void rotate(int epoch) {
    prepare(epoch);
    activate(epoch);
    retire(epoch - 1);
  }

  /** Creates inbound states on all hosts; no host sends with them yet. */
  void prepare(int epoch) {
    for (TunnelHost receiver : hosts) {
      byte[] material = new byte[36];
      random.nextBytes(material);
      XfrmStateSpec state =
          XfrmStateSpec.of(id(receiver, epoch), peer(receiver).underlay()).reqid(REQID).build();
      receiver.xfrm().stateAdd(state, XfrmKey.copyOf(material));
      peer(receiver).xfrm().stateAdd(state, XfrmKey.copyOf(material));
    }
  }

  /** Sends with the new states from now on; packets in flight still arrive with the old ones. */
  void activate(int epoch) {
    for (TunnelHost sender : hosts) {
      TunnelHost receiver = peer(sender);
      sender
          .xfrm()
          .policyUpdate(protect(XfrmDirection.OUT, sender, receiver, id(receiver, epoch).spi()));
    }
  }

  /** Removes the old states; packets in flight with them are lost. */
  void retire(int epoch) {
    for (TunnelHost host : hosts) {
      List<XfrmRequest> gone = new ArrayList<>();
      hosts.forEach(receiver -> gone.add(new XfrmRequest.StateRemove(id(receiver, epoch))));
      host.xfrm().execute(gone).forEach(outcome -> outcome.orThrow());
    }
  }

  private TunnelHost peer(TunnelHost host) {
    return hosts.get(0) == host ? hosts.get(1) : hosts.get(0);
  }

  private static XfrmStateId id(TunnelHost receiver, int epoch) {
    return XfrmStateId.esp(receiver.underlay(), 0x10000L + epoch);
  }

  private static XfrmPolicySpec protect(
      XfrmDirection direction, TunnelHost from, TunnelHost to, long spi) {
    XfrmSelector selector =
        XfrmSelector.between(IpPrefix.host(from.underlay()), IpPrefix.host(to.underlay()))
            .udpTo(TunnelHost.PORT);
    return XfrmPolicySpec.protect(
        XfrmPolicyId.of(direction, selector),
        PROTECT,
        XfrmTemplate.transport(from.underlay(), to.underlay(), REQID).withSpi(spi));
  }

  private static XfrmPolicySpec refuse(TunnelHost host, XfrmDirection direction) {
    XfrmSelector all =
        host.underlay().getAddress().length == 4 ? XfrmSelector.ALL_IPV4 : XfrmSelector.ALL_IPV6;
    return XfrmPolicySpec.block(XfrmPolicyId.of(direction, all.udpTo(TunnelHost.PORT)), REFUSE);
  }
}
