package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.SandboxHandle;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.mesh.Mtu;
import dev.weft.netlink.IpPrefix;
import java.net.Inet6Address;
import java.util.List;
import java.util.Optional;

/**
 * Changes devices, addresses, routes, forwarding and neighbour entries. Before a new device comes
 * up, ethtool and {@code /proc/sys} set what netlink cannot.
 */
record LinkChanges(HostKernel kernel, DeviceLookup devices, FailedChanges failed) {
  void make(List<Change> all) {
    LinkBatches batches = new LinkBatches(kernel, failed);
    List<Change> changes = failed.without(all);
    changes.forEach(this::enableIpv6);
    batches.send(changes, change -> LinkRequests.of(change, devices::resolve, kernel::enter));
    devices.update(changes, failed);
    changes.forEach(this::configure);
    changes.forEach(this::checksums);
    batches.send(changes, change -> LinkRequests.finish(change, devices::resolve));
  }

  /** Enables IPv6 for a new IPv6 address, also where the node disables it on new interfaces. */
  private void enableIpv6(Change change) {
    if (change instanceof Change.Create(Item.Address(_, DeviceName device, IpPrefix prefix, _))
        && prefix.address() instanceof Inet6Address) {
      failed.attempt(
          change,
          () -> {
            if (device.place().isNode()) {
              kernel.enableIpv6(device.name());
            } else {
              sandbox(device.place()).enableIpv6(device.name());
            }
          });
    }
  }

  /** Applies the settings that netlink cannot, before the device is up. */
  private void configure(Change change) {
    Optional<Item.Device> unsettled = LinkRequests.unsettled(change);
    if (unsettled.isPresent() && !failed.has(change)) {
      failed.attempt(change, () -> settle(change, unsettled.get()));
    }
    Optional<Item.Device> unfinished = LinkRequests.unfinished(change);
    if (unfinished.isPresent() && !failed.has(change)) {
      DeviceName inner = unfinished.get().inner();
      failed.attempt(change, () -> sandbox(inner.place()).quietIpv6(inner.name()));
    }
  }

  /** Applies the settings, and removes the addresses and routes that earlier settings caused. */
  private void settle(Change change, Item.Device device) {
    kernel.settle(device.name().name(), device.conf());
    if (change instanceof Change.Alter(Item.Device before, _, _)) {
      if (before.conf().takesAdvertisements()) {
        kernel.forgetRouters(devices.resolve(device.name()));
      }
      // the kernel gives an active device a link-local address as soon as its MTU allows IPv6
      if (before.mtu() < Mtu.MINIMUM_IPV6 && device.conf().isWithoutLinkLocal()) {
        kernel.forgetLinkLocal(devices.resolve(device.name()));
      }
    }
  }

  private void checksums(Change change) {
    switch (change) {
      case Change.Create(Item.Device device)
          when device.kind() instanceof DeviceKind.Vxlan tunnel && !tunnel.txChecksum() ->
          checksums(change, device, tunnel);
      case Change.Alter(Item.Device before, Item.Device device, _)
          when device.kind() instanceof DeviceKind.Vxlan tunnel && !before.kind().equals(tunnel) ->
          checksums(change, device, tunnel);
      case Change.Create _, Change.Alter _, Change.Remove _ -> {}
    }
  }

  private void checksums(Change change, Item.Device device, DeviceKind.Vxlan tunnel) {
    if (!failed.has(change)) {
      failed.attempt(
          change, () -> kernel.txChecksum(devices.resolve(device.name()), tunnel.txChecksum()));
    }
  }

  private SandboxHandle sandbox(NamespaceRef place) {
    return kernel.enter(place.sandbox()).orElseThrow(() -> new ApplyError.SandboxGone(place));
  }
}
