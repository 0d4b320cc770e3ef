package dev.weft.agent.services;

import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.IpAddress;
import dev.weft.netlink.nft.NftChange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A sandbox and the state of its balancing table. Used by one thread. */
final class Client {
  private final Sandbox sandbox;
  private final BalancingTables tables;
  private final Map<String, Long> seen = new HashMap<>();
  private final Map<IpAddress, Integer> sizes = new HashMap<>();
  private final Map<IpAddress, IpAddress> pins = new HashMap<>();
  private boolean sound;

  Client(Sandbox sandbox, BalancingTables tables) {
    this.sandbox = sandbox;
    this.tables = tables;
  }

  Sandbox sandbox() {
    return sandbox;
  }

  /** Brings the table up to date with the networks, if it is not. */
  void bring(Collection<NetworkServices> networks, Map<String, NetworkServices.Turn> turns) {
    boolean known =
        sound
            && networks.size() == seen.size()
            && networks.stream().allMatch(each -> follows(each, turns));
    if (!known || !update(networks, turns)) {
      rebuild(networks);
    }
    seen.clear();
    networks.forEach(each -> seen.put(each.name(), each.version()));
    sound = true;
  }

  /** Whether the table has the network's current version, or the one before the turn. */
  private boolean follows(NetworkServices network, Map<String, NetworkServices.Turn> turns) {
    Long last = seen.get(network.name());
    NetworkServices.Turn turn = turns.get(network.name());
    return last != null
        && (last == network.version() || (turn != null && !turn.whole() && last == turn.from()));
  }

  /** Writes only the changes; false if the table is not as expected. */
  private boolean update(
      Collection<NetworkServices> networks, Map<String, NetworkServices.Turn> turns) {
    List<NftChange> changes = new ArrayList<>();
    Set<BalancingTable.Size> before = inUse();
    for (NetworkServices network : networks) {
      NetworkServices.Turn turn = turns.get(network.name());
      Long last = seen.get(network.name());
      if (turn != null && last != null && last == turn.from() && last != network.version()) {
        turn.places()
            .forEach((virtual, places) -> {
              BackendSlots mine =
                  virtual.affine() ? pinned(virtual, network.slots(virtual), places) : places;
              if (!mine.isEmpty()) {
                changes.addAll(BalancingTable.change(virtual.address(), mine));
                sizes.put(virtual.address(), mine.after());
              }
            });
      }
    }
    if (changes.isEmpty()) {
      return true;
    }
    Set<BalancingTable.Size> after = inUse();
    List<NftChange> all = new ArrayList<>();
    after.stream()
        .filter(each -> !before.contains(each))
        .forEach(each -> all.addAll(BalancingTable.with(each)));
    all.addAll(changes);
    before.stream()
        .filter(each -> !after.contains(each))
        .forEach(each -> all.add(BalancingTable.without(each)));
    try {
      change(all);
      return true;
    } catch (RuntimeException changedByOthers) {
      // the following rebuild reports the problem, if it fails as well
      return false;
    }
  }

  private BackendSlots pinned(VirtualIp virtual, Slots slots, BackendSlots places) {
    Optional<IpAddress> before = Optional.ofNullable(pins.get(virtual.address()));
    Optional<IpAddress> stays = before.filter(slots::contains);
    Optional<IpAddress> after =
        AffinityHash.of(
            sandbox.owner(), stays.isPresent() ? places.come().values() : slots.all(), stays);
    after.ifPresentOrElse(
        each -> pins.put(virtual.address(), each), () -> pins.remove(virtual.address()));
    Map<Integer, IpAddress> gone =
        before.filter(each -> !after.equals(before)).map(each -> Map.of(0, each)).orElse(Map.of());
    Map<Integer, IpAddress> come =
        after.filter(each -> !after.equals(before)).map(each -> Map.of(0, each)).orElse(Map.of());
    return new BackendSlots(before.isPresent() ? 1 : 0, after.isPresent() ? 1 : 0, gone, come);
  }

  private void rebuild(Collection<NetworkServices> networks) {
    sound = false;
    sizes.clear();
    pins.clear();
    List<BalancingTable.Filled> all = new ArrayList<>();
    for (NetworkServices network : networks) {
      for (BalancingTable.Filled each : network.filled()) {
        List<IpAddress> tasks = each.tasks();
        if (each.virtual().affine()) {
          Optional<IpAddress> pin = AffinityHash.of(sandbox.owner(), tasks, Optional.empty());
          pin.ifPresent(it -> pins.put(each.virtual().address(), it));
          tasks = pin.map(List::of).orElse(List.of());
        }
        all.add(new BalancingTable.Filled(each.virtual(), tasks));
        sizes.put(each.virtual().address(), tasks.size());
      }
    }
    change(all.isEmpty() ? BalancingTable.none() : BalancingTable.whole(all));
  }

  /** Removes a table of an earlier agent. */
  void clear() {
    change(BalancingTable.none());
  }

  private Set<BalancingTable.Size> inUse() {
    Set<BalancingTable.Size> used = new HashSet<>();
    sizes.forEach((address, size) -> {
      if (size > 0) {
        used.add(BalancingTable.Size.of(address, size));
      }
    });
    return used;
  }

  private void change(List<NftChange> changes) {
    tables.change(sandbox.netns(), changes);
  }

  /** Forgets the known state of the table. */
  void forget() {
    sound = false;
  }
}
