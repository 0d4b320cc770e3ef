package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import java.util.Optional;
import java.util.Set;

/**
 * Refuses changes that are unsafe after others failed. A tunnel requires that its port drops clear
 * text, a bridge that its rules are installed. No rule is lifted while a tunnel or bridge
 * unexpectedly stays. Pure.
 *
 * @param ports UDP ports of encrypted networks
 * @param stuck devices that the kernel did not remove earlier, which keep their filter rules
 */
record Interlock(Set<Integer> ports, Set<String> stuck) {
  /** Returns why these failures forbid a change; empty if they allow it. */
  Optional<ApplyError> refusal(Change change, Set<Change> failed) {
    return Optional.ofNullable(
        switch (change) {
          case Change.Create(Item.Device device)
              when device.kind() instanceof DeviceKind.Vxlan tunnel
                  && !isShut(tunnel.port(), failed) ->
              new ApplyError.NotShut(tunnel.port());
          case Change.Create(Item.Device device)
              when device.kind() instanceof DeviceKind.Bridge && filterFailed(failed) ->
              new ApplyError.NotIsolated();
          case Change.Create(Item.Device device)
              when device.kind() instanceof DeviceKind.Veth && isUnguarded(device, failed) ->
              new ApplyError.NotIsolated();
          case Change.Alter(_, Item.Filter _, _) when tunnelStays(failed) ->
              new ApplyError.TunnelStays();
          case Change.Alter(_, Item.Setting setting, _)
              when setting.path().equals(Item.Setting.FORWARD_IPV6)
                  && advertisementsFailed(failed) ->
              new ApplyError.RoutesAtRisk();
          case Change.Remove(Item.Filter _, _) when tunnelStays(failed) ->
              new ApplyError.TunnelStays();
          case Change.Remove(IpsecItem.SecurityPolicy policy, _)
              when staysAt(port(policy), failed) ->
              new ApplyError.TunnelStays();
          case Change.Create _, Change.Alter _, Change.Remove _ -> null;
        });
  }

  /** Whether a tunnel or bridge stays although the plan removes it. */
  private boolean tunnelStays(Set<Change> failed) {
    return !stuck.containsAll(StuckDevices.of(failed));
  }

  /** Whether a tunnel at this port could not be removed. */
  private static boolean staysAt(int port, Set<Change> failed) {
    return failed.stream()
        .anyMatch(each ->
            each instanceof Change.Remove(Item.Device device, _)
                && device.kind() instanceof DeviceKind.Vxlan tunnel
                && tunnel.port() == port);
  }

  private static boolean filterFailed(Set<Change> failed) {
    return failed.stream()
        .anyMatch(each ->
            each instanceof Change.Create(Item.Filter _)
                || each instanceof Change.Alter(_, Item.Filter _, _)
                || each instanceof Change.Create(GuardItem.Table _)
                || each instanceof Change.Alter(_, GuardItem.Table _, _));
  }

  private static boolean isUnguarded(Item.Device veth, Set<Change> failed) {
    return failed.stream()
        .anyMatch(each ->
            each instanceof Change.Create(GuardItem.Entry entry)
                && entry.owner().equals(veth.owner()));
  }

  private static boolean advertisementsFailed(Set<Change> failed) {
    return failed.stream()
        .anyMatch(each ->
            each instanceof Change.Alter(_, Item.Setting setting, _) && setting.isOfDevice());
  }

  private boolean isShut(int port, Set<Change> failed) {
    return !ports.contains(port)
        || failed.stream()
            .noneMatch(each ->
                switch (each) {
                  case Change.Create(Item item) -> shuts(item, port);
                  case Change.Alter(_, Item item, _) -> shuts(item, port);
                  case Change.Remove _ -> false;
                });
  }

  private static boolean shuts(Item item, int port) {
    return item instanceof Item.Filter
        || (item instanceof IpsecItem.SecurityPolicy policy && port(policy) == port);
  }

  private static int port(IpsecItem.SecurityPolicy policy) {
    return policy.spec().id().selector().destinationPort().value();
  }
}
