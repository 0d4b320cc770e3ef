package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.SandboxHandle;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.IpConf;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Translates changes of devices into rtnetlink requests; leaves entries to {@link EntryRequests}.
 */
final class LinkRequests {
  private static final int LOOPBACK = 1;

  private final Change change;
  private final ToIntFunction<DeviceName> index;

  private LinkRequests(Change change, ToIntFunction<DeviceName> index) {
    this.change = change;
    this.index = index;
  }

  /** Returns the requests of a change; a device also needs those of {@link #finish}. */
  static List<LinkRequest> of(
      Change change,
      ToIntFunction<DeviceName> index,
      Function<String, Optional<SandboxHandle>> sandboxes) {
    LinkRequests requests = new LinkRequests(change, index);
    return switch (change) {
      case Change.Create(Item.Device device) -> List.of(requests.add(device, sandboxes));
      case Change.Alter(Item.Device before, Item.Device after, _) -> requests.alter(before, after);
      case Change.Remove(Item.Device device, _) ->
          List.of(
              requests.step(
                  device.name(), new Request.LinkRemove(index.applyAsInt(device.name()))));
      case Change.Create(Item item) -> List.of(new EntryRequests(change, index).put(item));
      case Change.Alter(_, Item item, _) -> List.of(new EntryRequests(change, index).put(item));
      case Change.Remove(Item item, _) -> List.of(new EntryRequests(change, index).remove(item));
    };
  }

  /** Returns the requests that bring a configured device up. */
  static List<LinkRequest> finish(Change change, ToIntFunction<DeviceName> index) {
    LinkRequests requests = new LinkRequests(change, index);
    List<LinkRequest> steps = new ArrayList<>();
    switch (change) {
      case Change.Create(Item.Device device) -> {
        if (device.kind() instanceof DeviceKind.Bridge) {
          // an MTU set at creation would follow the ports, and return to 1500 without them
          steps.add(requests.set(device, LinkSettings.builder().mtu(device.mtu())));
        }
        requests.up(device, false).ifPresent(steps::add);
      }
      case Change.Alter(Item.Device before, Item.Device device, _) ->
          requests.up(device, before.up()).ifPresent(steps::add);
      case Change.Create _, Change.Alter _, Change.Remove _ -> {}
    }
    unfinished(change).ifPresent(device -> steps.addAll(finish(change, device, index)));
    return steps;
  }

  private Optional<LinkRequest> up(Item.Device device, boolean before) {
    return device.name().place().isNode() && device.up() && !before
        ? Optional.of(set(device, LinkSettings.builder().up(true)))
        : Optional.empty();
  }

  private LinkRequest set(Item.Device device, LinkSettings.Builder settings) {
    return step(
        device.name(), new Request.LinkChange(index.applyAsInt(device.name()), settings.build()));
  }

  /** Returns the device whose settings must be applied, or applied again. */
  static Optional<Item.Device> unsettled(Change change) {
    Optional<Item.Device> device =
        switch (change) {
          case Change.Create(Item.Device made) -> Optional.of(made);
          // a larger MTU enables IPv6 on the device, with the default settings
          case Change.Alter(Item.Device before, Item.Device made, _)
              when !before.conf().meets(made.conf()) || before.mtu() != made.mtu() ->
              Optional.of(made);
          case Change.Create _, Change.Alter _, Change.Remove _ -> Optional.empty();
        };
    return device.filter(each -> each.name().place().isNode());
  }

  /** Returns the device whose interface in a sandbox is new, or lacks its mark or settings. */
  static Optional<Item.Device> unfinished(Change change) {
    Optional<Item.Device> made =
        switch (change) {
          case Change.Create(Item.Device device) -> Optional.of(device);
          case Change.Alter(Item.Device before, Item.Device device, _)
              when !before.owner().equals(device.owner()) || before.isUnsettled(device) ->
              Optional.of(device);
          case Change.Create _, Change.Alter _, Change.Remove _ -> Optional.empty();
        };
    return made.filter(device -> !device.inner().place().isNode());
  }

  private static List<LinkRequest> finish(
      Change change, Item.Device device, ToIntFunction<DeviceName> index) {
    DeviceName inner = device.inner();
    int link = index.applyAsInt(inner);
    // The mark precedes the up flag: an interface that is up without it would have no owner.
    LinkSettings.Builder settings =
        LinkSettings.builder().alias(device.owner().alias()).group(Owner.GROUP);
    IpConf.SANDBOX.ipv4().forEach(settings::ipv4);
    return List.of(
        new LinkRequest(change, inner.place(), new Request.LinkChange(link, settings.build())),
        new LinkRequest(
            change,
            inner.place(),
            new Request.LinkChange(link, LinkSettings.builder().up(device.innerUp()).build())),
        new LinkRequest(
            change,
            inner.place(),
            new Request.LinkChange(LOOPBACK, LinkSettings.builder().up(true).build())));
  }

  private LinkRequest step(DeviceName device, Request request) {
    return new LinkRequest(change, device.place(), request);
  }

  private LinkRequest add(Item.Device device, Function<String, Optional<SandboxHandle>> sandboxes) {
    LinkSettings.Builder settings = LinkSettings.builder().group(Owner.GROUP);
    if (!(device.kind() instanceof DeviceKind.Bridge)) {
      settings.mtu(device.mtu());
    }
    if (!isPassthru(device)) {
      settings.address(device.mac());
    }
    if (device.name().place().isNode()) {
      settings.alias(device.owner().alias());
      device.conf().ipv4().forEach(settings::ipv4);
      device
          .port()
          .ifPresent(port ->
              settings
                  .master(index.applyAsInt(DeviceName.onNode(port.bridge())))
                  .port(port.options()));
    } else {
      settings.namespace(namespace(device.name().place(), sandboxes));
    }
    return new LinkRequest(
        change,
        NamespaceRef.NODE,
        new Request.LinkAdd(
            new LinkSpec(device.name().name(), kind(device, sandboxes), settings.build())));
  }

  private LinkKind kind(Item.Device device, Function<String, Optional<SandboxHandle>> sandboxes) {
    return switch (device.kind()) {
      case DeviceKind.Bridge bridge -> bridge.mended();
      case DeviceKind.Vxlan(int vni, int port, var local, _) -> {
        LinkKind.Vxlan.Builder vxlan = LinkKind.Vxlan.vni(vni).port(port).learning(false);
        local.ifPresent(vxlan::local);
        yield vxlan.build();
      }
      case DeviceKind.Veth(DeviceName peer, MacAddress mac, _, _) ->
          new LinkKind.Veth(
              peer.name(),
              LinkSettings.builder()
                  .mtu(device.mtu())
                  .group(Owner.GROUP)
                  .address(mac)
                  .namespace(namespace(peer.place(), sandboxes))
                  .build());
      case DeviceKind.Macvlan(String parent, var mode) ->
          new LinkKind.Macvlan(index.applyAsInt(DeviceName.onNode(parent)), mode);
      case DeviceKind.Vlan(String parent, int id) ->
          new LinkKind.Vlan(index.applyAsInt(DeviceName.onNode(parent)), id);
      case DeviceKind.Other(String name) ->
          throw new IllegalArgumentException("'" + name + "' is never made");
    };
  }

  private static NetworkNamespace namespace(
      NamespaceRef place, Function<String, Optional<SandboxHandle>> sandboxes) {
    return sandboxes
        .apply(place.sandbox())
        .orElseThrow(() -> new ApplyError.SandboxGone(place))
        .namespace();
  }

  private List<LinkRequest> alter(Item.Device before, Item.Device after) {
    List<LinkRequest> steps = new ArrayList<>();
    LinkSettings.Builder settings = LinkSettings.builder();
    if (!before.owner().equals(after.owner()) || !before.marked()) {
      settings.alias(after.owner().alias()).group(Owner.GROUP);
    }
    if (!before.conf().meets(after.conf())) {
      after.conf().ipv4().forEach(settings::ipv4);
    }
    if (before.mtu() != after.mtu()) {
      settings.mtu(after.mtu());
    }
    if (!before.mac().equals(after.mac()) && !isPassthru(after)) {
      settings.address(after.mac());
    }
    if (!before.port().equals(after.port())) {
      after
          .port()
          .ifPresentOrElse(
              port ->
                  settings
                      .master(index.applyAsInt(DeviceName.onNode(port.bridge())))
                      .port(port.options()),
              settings::noMaster);
    }
    if (before.up() != after.up() && !(after.up() && after.name().place().isNode())) {
      settings.up(after.up());
    }
    steps.add(
        step(
            after.name(),
            new Request.LinkChange(index.applyAsInt(after.name()), settings.build())));
    if (after.kind() instanceof DeviceKind.Bridge
        && before.kind() instanceof DeviceKind.Bridge bridge
        && !before.kind().equals(after.kind())) {
      steps.add(
          step(
              after.name(),
              new Request.LinkChange(
                  index.applyAsInt(after.name()), null, bridge.mended(), LinkSettings.NONE)));
    }
    if (after.kind() instanceof DeviceKind.Veth(DeviceName peer, MacAddress mac, boolean up, _)
        && (before.mtu() != after.mtu() || !before.kind().equals(after.kind()))) {
      steps.add(
          step(
              peer,
              new Request.LinkChange(
                  index.applyAsInt(peer),
                  LinkSettings.builder().mtu(after.mtu()).address(mac).up(up).build())));
    }
    return steps;
  }

  private static boolean isPassthru(Item.Device device) {
    return device.kind() instanceof DeviceKind.Macvlan(_, LinkKind.Macvlan.Mode mode)
        && mode == LinkKind.Macvlan.Mode.PASSTHRU;
  }
}
