package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.kernel.Expected;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.SandboxObservation;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.State;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.Notification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * Compares one sandbox with what the last reconcile left there. Whatever else a pod adds to its
 * sandbox is no drift.
 *
 * @param indexes indexes of Weft's interfaces by endpoint; 0 if unknown
 */
public record SandboxDriftDetector(
    HostKernel kernel,
    LastApplied lastApplied,
    SandboxLosses losses,
    ToIntFunction<Owner> indexes) {

  /**
   * A difference.
   *
   * @param endpoints all endpoints in the sandbox
   */
  public record Drift(Set<Owner> endpoints, String what) {}

  /** Whether a notification from a sandbox may be about an item of Weft. */
  public boolean concerns(String file, Notification notification) {
    return switch (notification) {
      case Notification.LinkChanged(Link link) -> isOurs(file, link);
      case Notification.LinkRemoved(Link link) -> isOurs(file, link);
      case Notification.AddressChanged(var address) -> isOurs(file, address.link());
      case Notification.AddressRemoved(var address) -> isOurs(file, address.link());
      case Notification.RouteChanged(var route) ->
          isOurs(file, route.link()) || route.destination().length() == 0;
      case Notification.RouteRemoved(var route) ->
          isOurs(file, route.link()) || route.destination().length() == 0;
      case Notification.SettingChanged(_, int link) ->
          link == Notification.SettingChanged.ALL_LINKS || isOurs(file, link);
      case Notification.Overrun _ -> true;
      case Notification.BridgePortChanged _,
          Notification.BridgePortRemoved _,
          Notification.NeighbourChanged _,
          Notification.NeighbourRemoved _,
          Notification.FdbChanged _,
          Notification.FdbRemoved _ ->
          false;
    };
  }

  private boolean isOurs(String file, Link link) {
    return isOurs(file, link.index())
        || lastApplied.in(file).stream()
            .anyMatch(item ->
                item instanceof Item.Device device && device.inner().name().equals(link.name()));
  }

  private boolean isOurs(String file, int index) {
    return lastApplied.in(file).stream()
        .anyMatch(item ->
            item instanceof Item.Device device && indexes.applyAsInt(device.owner()) == index);
  }

  /**
   * Reads the sandbox. A difference becomes what the last reconcile left, so that the next one
   * plans against it without reading the other sandboxes.
   */
  public Optional<Drift> of(String file) {
    List<Item> left = lastApplied.in(file);
    List<Expected> expected = new ArrayList<>();
    for (Item item : left) {
      if (item instanceof Item.Device device) {
        expected.add(Expected.of(device, indexes.applyAsInt(device.owner()), true));
      }
    }
    if (expected.isEmpty()) {
      return Optional.empty();
    }
    Set<Item.Key> keys = left.stream().map(Item::key).collect(Collectors.toSet());
    return SandboxObservation.of(kernel, file, expected, keys)
        .flatMap(seen -> compare(file, left, keys, seen));
  }

  private Optional<Drift> compare(String file, List<Item> left, Set<Item.Key> keys, State seen) {
    List<String> what = new ArrayList<>();
    List<Item> before = new ArrayList<>(left);
    List<Item> now = new ArrayList<>();
    for (Item item : left) {
      Optional<Item> found = seen.get(item.key());
      found.ifPresentOrElse(
          it -> now.add(it.isAsDesired(item) ? item : it),
          () -> {
            if (item instanceof Item.Device device) {
              before.addAll(lastApplied.standingOn(device));
            }
          });
      if (found.filter(it -> it.isAsDesired(item)).isEmpty()) {
        losses.lost(item);
        what.add("%s was %s".formatted(item, found.isEmpty() ? "removed" : "changed"));
      }
    }
    for (Item item : seen.items().values()) {
      if (LastApplied.sandboxOf(item).equals(file) && !keys.contains(item.key())) {
        losses.gained(item);
        now.add(item);
        what.add(item + " was added");
      }
    }
    if (what.isEmpty()) {
      return Optional.empty();
    }
    lastApplied.replace(before, State.of(now));
    return Optional.of(
        new Drift(
            left.stream().map(Item::owner).collect(Collectors.toSet()), String.join("; ", what)));
  }
}
