package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.FdbEntry;
import dev.weft.netlink.rtnl.Neighbour;
import dev.weft.netlink.rtnl.Request;
import dev.weft.netlink.rtnl.Route;
import dev.weft.netlink.rtnl.Scope;
import java.util.function.ToIntFunction;

/** Translates changes of addresses, routes, forwarding and neighbour entries. */
record EntryRequests(Change change, ToIntFunction<DeviceName> index) {
  /** {@code IP6_RT_PRIO_ADDRCONF}. */
  private static final int IPV6_METRIC = 256;

  LinkRequest put(Item item) {
    return switch (item) {
      case Item.Address(_, DeviceName device, var prefix, _) when change instanceof Change.Alter ->
          step(device, new Request.RouteAppend(connected(index.applyAsInt(device), prefix)));
      case Item.Address(_, DeviceName device, var prefix, _) ->
          step(
              device,
              new Request.AddressAdd(
                  prefix.address().getAddress().length == 4
                      ? Address.of(index.applyAsInt(device), prefix)
                      : Address.of(index.applyAsInt(device), prefix, Address.Flag.NODAD)));
      case Item.Route route -> step(route.device(), new Request.RouteReplace(netlinkRoute(route)));
      case Item.Forward forward -> {
        DeviceName device = DeviceName.onNode(forward.device());
        FdbEntry entry = entry(forward);
        yield step(
            device,
            forward.mac().equals(MacAddress.ZERO)
                ? new Request.FdbAppend(entry)
                : new Request.FdbSet(entry));
      }
      case Item.Neighbour(_, String name, var address, MacAddress mac) -> {
        DeviceName device = DeviceName.onNode(name);
        yield step(
            device,
            new Request.NeighbourSet(Neighbour.permanent(index.applyAsInt(device), address, mac)));
      }
      case Item.Device _,
          Item.Filter _,
          Item.Setting _,
          IpsecItem.SecurityState _,
          IpsecItem.SecurityPolicy _,
          IpsecItem.EspPort _,
          GuardItem _ ->
          throw new IllegalArgumentException(item + " is no entry");
    };
  }

  LinkRequest remove(Item item) {
    return switch (item) {
      case Item.Address(_, DeviceName device, var prefix, _) ->
          step(device, new Request.AddressRemove(Address.of(index.applyAsInt(device), prefix)));
      case Item.Route route -> step(route.device(), new Request.RouteRemove(netlinkRoute(route)));
      case Item.Forward forward ->
          step(DeviceName.onNode(forward.device()), new Request.FdbRemove(entry(forward)));
      case Item.Neighbour(_, String name, var address, _) -> {
        DeviceName device = DeviceName.onNode(name);
        yield step(device, new Request.NeighbourRemove(index.applyAsInt(device), address));
      }
      case Item.Device _,
          Item.Filter _,
          Item.Setting _,
          IpsecItem.SecurityState _,
          IpsecItem.SecurityPolicy _,
          IpsecItem.EspPort _,
          GuardItem _ ->
          throw new IllegalArgumentException(item + " is no entry");
    };
  }

  /** The route that the kernel made with the address, and removes with it. */
  private static Route connected(int link, IpPrefix prefix) {
    Route.Builder route =
        Route.to(prefix.network()).link(link).protocol(Route.PROTOCOL_KERNEL).scope(Scope.LINK);
    return prefix.address().getAddress().length == 4
        ? route.source(prefix.address()).build()
        : route.metric(IPV6_METRIC).scope(Scope.UNIVERSE).build();
  }

  private Route netlinkRoute(Item.Route route) {
    Route.Builder builder =
        Route.to(route.destination())
            .link(index.applyAsInt(route.device()))
            .protocol(HostKernel.ROUTE_PROTOCOL);
    route.gateway().ifPresent(builder::via);
    return builder.build();
  }

  private FdbEntry entry(Item.Forward forward) {
    int link = index.applyAsInt(DeviceName.onNode(forward.device()));
    return forward
        .vtep()
        .map(vtep -> FdbEntry.tunnel(link, forward.mac(), vtep))
        .orElseGet(() -> FdbEntry.behindPort(link, forward.mac()));
  }

  private LinkRequest step(DeviceName device, Request request) {
    return new LinkRequest(change, device.place(), request);
  }
}
