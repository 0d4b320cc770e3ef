package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.IpsecTables;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.netlink.xfrm.XfrmNotification;
import dev.weft.netlink.xfrm.XfrmPolicy;
import dev.weft.netlink.xfrm.XfrmState;
import java.util.Optional;

/**
 * Distinguishes drift of the IPsec tables from Weft's own changes, like {@link DriftDetector} for
 * the rest.
 */
public record IpsecDriftDetector(HostKernel kernel, LastApplied lastApplied) {
  /** Returns what was seen; empty if it is no drift. */
  public Optional<String> of(XfrmNotification notification) {
    return switch (notification) {
      case XfrmNotification.StateRemoved(XfrmState state) ->
          lastApplied
              .get(new IpsecItem.IpsecKey.OfSecurityState(state.spec().id()))
              .map(item -> item + " was removed");
      case XfrmNotification.StateChanged(XfrmState state) ->
          IpsecTables.isOurs(state)
                  && lastApplied
                      .get(new IpsecItem.IpsecKey.OfSecurityState(state.spec().id()))
                      .isEmpty()
                  && kernel.xfrm().state(state.spec().id()).isPresent()
              ? Optional.of(state.spec().id() + " was added")
              : Optional.empty();
      case XfrmNotification.StatesFlushed _ ->
          has(IpsecItem.SecurityState.class)
              ? Optional.of("states were flushed")
              : Optional.empty();
      case XfrmNotification.StateExpired(var id, long reqid, _, _) ->
          reqid == IpsecTables.REQID
                  && lastApplied.get(new IpsecItem.IpsecKey.OfSecurityState(id)).isPresent()
              ? Optional.of(id + " has reached its byte limit")
              : Optional.empty();
      case XfrmNotification.PolicyRemoved(XfrmPolicy policy) ->
          lastApplied
              .get(new IpsecItem.IpsecKey.OfSecurityPolicy(policy.spec().id()))
              .map(item -> item + " was removed");
      case XfrmNotification.PolicyChanged(XfrmPolicy policy) -> changed(policy);
      case XfrmNotification.PoliciesFlushed _ ->
          has(IpsecItem.SecurityPolicy.class)
              ? Optional.of("policies were flushed")
              : Optional.empty();
      case XfrmNotification.PolicyExpired _, XfrmNotification.Acquire _ -> Optional.empty();
      case XfrmNotification.Overrun _ ->
          lastApplied.of(Owner.ENCRYPTION).isEmpty()
              ? Optional.empty()
              : Optional.of("IPsec changed faster than the agent could read");
    };
  }

  private Optional<String> changed(XfrmPolicy notified) {
    Item.Key key = new IpsecItem.IpsecKey.OfSecurityPolicy(notified.spec().id());
    Optional<Item> left = lastApplied.get(key);
    if (left.isEmpty() && !IpsecTables.isOurs(notified.spec())) {
      return Optional.empty();
    }
    Optional<Item> now =
        kernel
            .xfrm()
            .policy(notified.spec().id())
            .map(policy -> new IpsecItem.SecurityPolicy(IpsecTables.plain(policy.spec())));
    return now.equals(left)
        ? Optional.empty()
        : Optional.of("policy %s was changed".formatted(notified.spec().id()));
  }

  private boolean has(Class<? extends Item> kind) {
    return lastApplied.of(Owner.ENCRYPTION).stream().anyMatch(kind::isInstance);
  }
}
