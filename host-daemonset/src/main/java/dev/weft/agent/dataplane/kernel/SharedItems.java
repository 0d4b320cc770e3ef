package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.State;
import dev.weft.netlink.nft.NftablesException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads items without a device: settings, the packet filter, the source guard. */
public final class SharedItems {
  private SharedItems() {}

  /**
   * Reads the items.
   *
   * @param desired names the settings and filter to read
   * @param changed paths of settings that an earlier pass changed
   * @param owners of elements of the source guard
   */
  public static List<Item> read(
      HostKernel kernel,
      State desired,
      Set<String> changed,
      Function<GuardItem.GuardKey.OfEntry, Owner> owners) {
    List<Item> items = new ArrayList<>();
    Optional<Item.Filter> target = Optional.empty();
    for (String path : changed) {
      if (desired.get(new Item.Key.OfSetting(path)).isEmpty()) {
        items.add(new Item.Setting(path, kernel.setting(path)));
      }
    }
    for (Item item : desired.items().values()) {
      if (item instanceof Item.Setting setting) {
        items.add(new Item.Setting(setting.path(), kernel.setting(setting.path())));
      } else if (item instanceof Item.Filter filter) {
        target = Optional.of(filter);
      }
    }
    filter(kernel, target).ifPresent(items::add);
    items.addAll(guard(kernel, owners));
    return items;
  }

  /**
   * Without libnftables there is no table; if one is desired, its installation reports the reason.
   */
  private static Optional<Item.Filter> filter(HostKernel kernel, Optional<Item.Filter> target) {
    try {
      return PacketFilter.observe(kernel.nftables(), target);
    } catch (NftablesException e) {
      return Optional.empty();
    }
  }

  private static List<Item> guard(
      HostKernel kernel, Function<GuardItem.GuardKey.OfEntry, Owner> owners) {
    try {
      return SourceGuard.observe(kernel.nftables(), owners);
    } catch (NftablesException e) {
      return List.of();
    }
  }
}
