package dev.weft.agent.dataplane.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plans the changes from the observed to the desired state. */
public final class Plan {
  private Plan() {}

  /**
   * Returns the changes that turn {@code observed} into {@code desired}, in the order to make them;
   * none if they are equal.
   */
  public static List<Change> between(State desired, State observed) {
    Map<DeviceName, Change> gone = new HashMap<>();
    for (Item item : observed.items().values()) {
      if (item instanceof Item.Device device) {
        reasonToRemove(device, desired)
            .ifPresent(why -> gone.put(device.name(), new Change.Remove(device, why)));
      }
    }
    State kept = observed.withoutDevices(gone.keySet());
    List<Change> changes = new ArrayList<>(gone.values());
    for (Item item : kept.items().values()) {
      if (!desired.items().containsKey(item.key())) {
        changes.add(new Change.Remove(item, "not target"));
      }
    }
    for (Item target : desired.items().values()) {
      Item present = kept.items().get(target.key());
      if (present == null) {
        changes.add(new Change.Create(target));
      } else if (!present.isAsDesired(target)) {
        changes.add(new Change.Alter(present, target, difference(present, target)));
      }
    }
    changes.sort(
        Comparator.comparing((Change change) -> Stage.of(change)).thenComparing(Object::toString));
    return List.copyOf(changes);
  }

  private static Optional<String> reasonToRemove(Item.Device present, State desired) {
    return desired
        .get(present.key())
        .map(target -> (Item.Device) target)
        .map(target ->
            present
                .kind()
                .incompatibleWith(target.kind())
                .or(() -> isInherited(present, target))
                .map(why -> "to be recreated: " + why))
        .orElse(Optional.of("not target"));
  }

  /** No network inherits the bridge of another one, because ports are still in it. */
  private static Optional<String> isInherited(Item.Device present, Item.Device target) {
    String uid = present.owner().uid();
    return present.kind() instanceof DeviceKind.Bridge
            && !uid.isEmpty()
            && !uid.equals(target.owner().uid())
        ? Optional.of("it was the bridge of another network")
        : Optional.empty();
  }

  private static String difference(Item present, Item target) {
    if (!(present instanceof Item.Device was && target instanceof Item.Device is)) {
      return "was " + present;
    }
    List<String> parts = new ArrayList<>();
    note(parts, "owner", was.owner().alias(), is.owner().alias());
    note(parts, "mark", was.marked() ? "there" : "missing", is.marked() ? "there" : "missing");
    note(parts, "MAC address", was.mac(), is.mac());
    note(parts, "MTU", was.mtu(), is.mtu());
    note(parts, "up", was.up(), is.up());
    note(parts, "interface", was.kind(), is.kind());
    if (!was.conf().meets(is.conf())) {
      parts.add("settings were " + was.conf().difference(is.conf()));
    }
    note(
        parts,
        "port of",
        was.port().map(BridgeMembership::toString).orElse("no bridge"),
        is.port().map(BridgeMembership::toString).orElse("no bridge"));
    return String.join(", ", parts);
  }

  private static void note(List<String> parts, String what, Object was, Object is) {
    if (!was.equals(is)) {
      parts.add("%s was %s".formatted(what, was));
    }
  }
}
