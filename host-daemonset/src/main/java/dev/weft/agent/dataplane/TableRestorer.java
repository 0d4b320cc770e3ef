package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.drift.LastApplied;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.PacketFilter;
import dev.weft.agent.dataplane.kernel.SourceGuard;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.netlink.nft.NftablesException;
import dev.weft.netlink.nft.NftablesMonitor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Restores Weft's nftables tables as soon as another program changes them. The next pass over the
 * whole kernel reports it.
 */
final class TableRestorer {
  private final HostKernel kernel;
  private final List<String> restored = new ArrayList<>();

  TableRestorer(HostKernel kernel) {
    this.kernel = kernel;
  }

  /** Returns and clears what was restored since the last call, a line each. */
  List<String> drain() {
    List<String> lines = List.copyOf(restored);
    restored.clear();
    return lines;
  }

  /**
   * Restores the packet filter.
   *
   * @return what was seen; empty if the filter is unchanged
   */
  Optional<String> filter(LastApplied left) {
    Optional<Item> filter = left.get(new Item.Key.OfFilter());
    if (filter.isEmpty()) {
      return Optional.empty();
    }
    try {
      Optional<String> what = PacketFilter.restore(kernel.nftables(), (Item.Filter) filter.get());
      what.ifPresent(restored::add);
      return what;
    } catch (NftablesException e) {
      return Optional.of("the packet filter was changed: " + e.getMessage());
    }
  }

  /**
   * Restores the source guard if another program made any of the changes.
   *
   * @return what was seen; empty if the guard is unchanged
   */
  Optional<String> guard(LastApplied left, List<NftablesMonitor.Change> changes) {
    if (changes.stream().noneMatch(each -> isForeign(each, left))) {
      return Optional.empty();
    }
    Map<Item.Key, Item> items = new LinkedHashMap<>();
    left.items().stream()
        .filter(GuardItem.class::isInstance)
        .forEach(item -> items.put(item.key(), item));
    if (!items.containsKey(new GuardItem.GuardKey.OfTable())) {
      return Optional.empty();
    }
    try {
      List<Item> now = SourceGuard.observe(kernel.nftables(), _ -> Owner.NODE);
      if (isSame(now, items)) {
        return Optional.empty();
      }
      SourceGuard.install(kernel.nftables(), items.values());
      String what =
          "restored the source guard, which another program had %s"
              .formatted(now.isEmpty() ? "removed" : "changed");
      restored.add(what);
      return Optional.of(what);
    } catch (NftablesException e) {
      return Optional.of("the source guard was changed: " + e.getMessage());
    }
  }

  private static boolean isSame(List<Item> now, Map<Item.Key, Item> left) {
    return now.size() == left.size()
        && now.stream()
            .allMatch(item -> {
              Item before = left.get(item.key());
              return before != null && item.isAsDesired(before);
            });
  }

  private static boolean isForeign(NftablesMonitor.Change change, LastApplied left) {
    return switch (change) {
      case NftablesMonitor.Change.Touched _, NftablesMonitor.Change.Overrun _ -> true;
      case NftablesMonitor.Change.Element(String set, String key, boolean removed) ->
          left.hasGuard(set, key) == removed;
    };
  }
}
