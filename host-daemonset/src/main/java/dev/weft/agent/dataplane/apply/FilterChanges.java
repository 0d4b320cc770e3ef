package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.PacketFilter;
import dev.weft.agent.dataplane.kernel.SourceGuard;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.netlink.nft.NftablesException;
import java.util.ArrayList;
import java.util.List;

/** Changes the nftables tables: the packet filter and the source guard. */
record FilterChanges(HostKernel kernel, FailedChanges failed) {
  void make(List<Change> changes) {
    List<Change> guard = new ArrayList<>();
    for (Change change : changes) {
      if (change.item() instanceof GuardItem) {
        guard.add(change);
      } else {
        failed.attempt(change, () -> filter(change));
      }
    }
    if (!guard.isEmpty()) {
      guard(guard);
    }
  }

  private void filter(Change change) {
    switch (change) {
      case Change.Create(Item.Filter filter) -> PacketFilter.install(kernel.nftables(), filter);
      case Change.Alter(_, Item.Filter filter, _) ->
          PacketFilter.install(kernel.nftables(), filter);
      case Change.Remove(Item.Filter _, _) -> PacketFilter.remove(kernel.nftables());
      case Change.Create _, Change.Alter _, Change.Remove _ ->
          throw new IllegalArgumentException(change + " is none of the packet filter");
    }
  }

  /** Changes all elements in one transaction; if nftables refuses it, each element alone. */
  private void guard(List<Change> changes) {
    try {
      SourceGuard.apply(kernel.nftables(), changes);
    } catch (NftablesException refused) {
      if (changes.stream().anyMatch(change -> change.item() instanceof GuardItem.Table)) {
        changes.forEach(change -> failed.fail(change, refused));
        return;
      }
      for (Change change : changes) {
        failed.attempt(change, () -> SourceGuard.apply(kernel.nftables(), List.of(change)));
      }
    }
  }
}
