package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.DeviceIndexes;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.kernel.SandboxView;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.netlink.rtnl.Link;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds interface indexes by name, on the node and in sandboxes; asks the kernel for unknown ones.
 */
final class DeviceLookup {
  /** Maximum number of new devices to look up individually; more are read in one dump. */
  private static final int FEW = 8;

  private final HostKernel kernel;
  private final DeviceIndexes indexes;
  private final Map<DeviceName, Integer> inSandboxes = new HashMap<>();

  DeviceLookup(HostKernel kernel, DeviceIndexes indexes) {
    this.kernel = kernel;
    this.indexes = indexes;
  }

  /**
   * Returns the index of a device.
   *
   * @throws ApplyError.SandboxGone if its sandbox has ended
   * @throws ApplyError.DeviceMissing if no device has this name
   */
  int resolve(DeviceName name) {
    Optional<Integer> known = name.place().isNode() ? indexes.of(name.name()) : inSandbox(name);
    if (known.isPresent()) {
      return known.get();
    }
    Optional<Link> found =
        name.place().isNode()
            ? kernel.netlink().link(name.name())
            : kernel
                .enter(name.place().sandbox())
                .orElseThrow(() -> new ApplyError.SandboxGone(name.place()))
                .netlink()
                .link(name.name())
                .filter(SandboxView::isMade);
    Link link = found.orElseThrow(() -> new ApplyError.DeviceMissing(name));
    if (name.place().isNode()) {
      indexes.put(link);
    } else {
      inSandboxes.put(name, link.index());
    }
    return link.index();
  }

  /** Returns the index of an interface in a sandbox, if known. */
  Optional<Integer> inSandbox(DeviceName name) {
    return Optional.ofNullable(inSandboxes.get(name));
  }

  /** Records which interfaces in a sandbox are Weft's. */
  void know(String file, Observation.View view) {
    for (Link link : view.links()) {
      if (view.isOurs(link)) {
        inSandboxes.put(new DeviceName(new NamespaceRef(file), link.name()), link.index());
      }
    }
  }

  /** Looks up the indexes of created devices, and forgets removed ones. */
  void update(List<Change> changes, FailedChanges failed) {
    List<String> made = new ArrayList<>();
    Map<String, DeviceName> peers = new HashMap<>();
    for (Change change : changes) {
      switch (change) {
        case Change.Create(Item.Device device) -> {
          if (device.kind() instanceof DeviceKind.Veth(DeviceName peer, _, _, _)) {
            peers.put(device.name().name(), peer);
          }
          if (device.name().place().isNode() && !failed.has(change)) {
            made.add(device.name().name());
          }
        }
        case Change.Remove(Item.Device device, _) when device.name().place().isNode() ->
            indexes.remove(device.name().name());
        case Change.Remove(Item.Device device, _) -> inSandboxes.remove(device.name());
        case Change.Create _, Change.Remove _, Change.Alter _ -> {}
      }
    }
    if (made.size() > FEW) {
      kernel.netlink().links().forEach(link -> put(link, peers));
    } else {
      made.forEach(name -> kernel.netlink().link(name).ifPresent(link -> put(link, peers)));
    }
  }

  /** The node's end of a veth pair reports the peer's index, whatever the peer's name is by now. */
  private void put(Link link, Map<String, DeviceName> peers) {
    indexes.put(link);
    DeviceName peer = peers.get(link.name());
    if (peer != null && link.parent() != 0) {
      inSandboxes.put(peer, link.parent());
    }
  }
}
