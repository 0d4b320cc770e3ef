package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.IpsecTables;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.mesh.keys.Association;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.xfrm.XfrmLifetime;
import dev.weft.netlink.xfrm.XfrmLimits;
import dev.weft.netlink.xfrm.XfrmPort;
import dev.weft.netlink.xfrm.XfrmRequest;
import dev.weft.netlink.xfrm.XfrmSelector;
import dev.weft.netlink.xfrm.XfrmStateSpec;
import dev.weft.netlink.xfrm.XfrmUdp;
import java.util.List;

/** Translates changes of the IPsec tables into XFRM requests. */
final class IpsecRequests {
  private IpsecRequests() {}

  /**
   * Returns the request of a change.
   *
   * @param numbers free numbers for new policies
   * @param at index of this policy's number
   */
  static XfrmRequest of(Change change, Apply.Secrets secrets, List<Integer> numbers, int at) {
    return switch (change) {
      case Change.Create(IpsecItem.SecurityState state) -> add(state, secrets);
      case Change.Create(IpsecItem.SecurityPolicy(var spec)) ->
          // fails if another process has such a policy, which Weft must not replace
          new XfrmRequest.PolicyAdd(spec.withNumber(numbers.get(at)));
      case Change.Alter(_, IpsecItem.SecurityPolicy(var spec), _) ->
          new XfrmRequest.PolicyUpdate(spec);
      case Change.Remove(IpsecItem.SecurityState state, _) ->
          new XfrmRequest.StateRemove(state.id());
      case Change.Remove(IpsecItem.SecurityPolicy(var spec), _) ->
          new XfrmRequest.PolicyRemove(spec.id());
      case Change.Create _, Change.Alter _, Change.Remove _ ->
          throw new IllegalArgumentException(change + " is none of IPsec");
    };
  }

  /**
   * Adds a state whose selector matches only its two nodes, so that no peer can impersonate
   * another.
   */
  private static XfrmRequest add(IpsecItem.SecurityState state, Apply.Secrets secrets) {
    Association association = secrets.associations().get(state.id());
    if (association == null) {
      throw new IllegalArgumentException("there is no key for " + state);
    }
    XfrmSelector selector =
        new XfrmSelector(
            IpPrefix.host(state.source()),
            IpPrefix.host(state.id().destination()),
            XfrmSelector.UDP,
            XfrmPort.ANY,
            XfrmPort.ANY,
            0);
    XfrmStateSpec.Builder spec =
        XfrmStateSpec.of(state.id(), state.source())
            .reqid(IpsecTables.REQID)
            .selector(selector)
            .lifetime(
                new XfrmLifetime(XfrmLimits.NONE.withBytes(secrets.volume()), XfrmLimits.NONE));
    // both directions use one port, so that the NAT mapping of one admits the other
    association.udpPort().ifPresent(port -> spec.udp(new XfrmUdp(port, port)));
    return new XfrmRequest.StateAdd(spec.build(), association.key());
  }
}
