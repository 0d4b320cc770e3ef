package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.GuardSet;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NftTable;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.netlink.nft.Nftables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Restricts the source addresses of sandboxes on bridges. Only the owner of an IP or MAC address in
 * the network may use it, in IP, ARP and neighbour discovery. An address without an owner is free,
 * so that pods can share one (VRRP).
 *
 * <p>It also restricts the ports of a network. Frames pass only between Weft's ports, and between
 * them and the node, whatever other ports are put into the bridge. Not every kernel can filter by
 * bridge, so the rules match both ports of a frame, or the bridge's MAC address.
 *
 * <p>The guard is one table of family {@code bridge}, with constant rules and elements for each
 * endpoint. It checks a sandbox's frame on entry, before the bridge learns from it. Networks and
 * sandboxes are numbers, which the rules keep in the frame's mark. A frame from a sandbox has no
 * mark before and after.
 *
 * <p>It also lets announcements pass. An overlay's bridge answers for the addresses that it knows
 * ({@code neigh_suppress}). It keeps gratuitous ARP, unsolicited advertisements and probes from the
 * tunnel. The guard rewrites permitted ones to a form that the bridge ignores, with hardware
 * address length 0 or ICMPv6 code 1. It restores them as they leave the bridge.
 */
public final class SourceGuard {
  /**
   * The kernel has stripped the first VLAN tag by then, whatever its number: a receiver accepts a
   * frame tagged 0 as untagged. The rules drop frames with a second tag, because they cannot look
   * into them. Each rule names the protocol; otherwise nft would match it at the offset of the tag.
   *
   * <p>ICMPv6 appears as its number, 58: libnftables looks {@code ipv6-icmp} up in {@code
   * /etc/protocols}, which an image need not have.
   */
  private static final String TEXT =
      """
      table bridge weft {
        map networks { type ifname : mark; }
        map sandboxes { type ifname : mark; }
        set ports { type ifname; }
        set members { type mark . ifname; }
        set gateways { type ether_addr; }
        set macs { type mark . ether_addr; }
        set addresses4 { type mark . ipv4_addr; }
        set addresses6 { typeof meta mark . @nh,64,128; }
        set own_macs { type mark . ether_addr; }
        set own4 { type mark . ipv4_addr; }
        set own6 { typeof meta mark . @nh,64,128; }
        chain prerouting {
          type filter hook prerouting priority -300; policy accept;
          meta mark set iifname map @sandboxes goto guard
          ether daddr @gateways iifname != @ports drop
        }
        chain forward {
          type filter hook forward priority -300; policy accept;
          meta protocol { arp, ip6 } jump unveil
          meta mark set iifname map @networks goto within
          oifname @ports drop
        }
        chain within {
          meta mark . oifname != @members drop
          meta mark set 0
        }
        chain input {
          type filter hook input priority -300; policy accept;
          meta protocol { arp, ip6 } jump unveil
        }
        chain output {
          type filter hook output priority -300; policy accept;
          ether saddr @gateways oifname != @ports drop
        }
        chain guard {
          meta protocol { 8021q, 8021ad } drop
          meta mark . ether saddr != @own_macs jump from_mac
          meta protocol ip meta mark . ip saddr != @own4 jump from_ip4
          meta protocol arp arp htype != 1 drop
          meta protocol arp meta mark . arp saddr ip != @own4 jump from_arp
          meta protocol ip6 meta mark . @nh,64,128 != @own6 jump from_ip6
          meta protocol ip6 meta l4proto 58 @th,0,8 136 meta mark . @th,64,128 != @own6 jump from_nd
          meta protocol arp jump veil_arp
          meta protocol ip6 meta l4proto 58 jump veil_nd
          meta mark set 0
        }
        chain veil_arp {
          meta protocol arp meta mark . arp daddr ip @own4 arp hlen set 0 return
          meta mark set iifname map @networks
          meta protocol arp arp saddr ip != 0.0.0.0 meta mark . arp daddr ip @addresses4 return
          meta protocol arp arp hlen set 0
        }
        chain veil_nd {
          meta protocol ip6 ip6 saddr :: icmpv6 type 135 icmpv6 code set 1
          meta protocol ip6 icmpv6 type 136 @th,32,8 & 0x40 == 0 icmpv6 code set 1
        }
        chain unveil {
          meta protocol arp arp hlen 0 arp hlen set 6
          meta protocol ip6 icmpv6 type { 135, 136 } icmpv6 code 1 icmpv6 code set 0
        }
        chain from_mac {
          meta mark set iifname map @networks meta mark . ether saddr @macs drop
          meta mark set iifname map @sandboxes
        }
        chain from_ip4 {
          meta mark set iifname map @networks meta protocol ip meta mark . ip saddr @addresses4 drop
          meta mark set iifname map @sandboxes
        }
        chain from_arp {
          meta mark set iifname map @networks meta protocol arp meta mark . arp saddr ip @addresses4 drop
          meta mark set iifname map @sandboxes
        }
        chain from_ip6 {
          meta mark set iifname map @networks meta mark . @nh,64,128 @addresses6 drop
          meta mark set iifname map @sandboxes
        }
        chain from_nd {
          meta mark set iifname map @networks meta mark . @th,64,128 @addresses6 drop
          meta mark set iifname map @sandboxes
        }
      }
      """;

  private static final Pattern ELEMENTS =
      Pattern.compile("(?:set|map) (\\w+) \\{[^{}]*?(elements = \\{([^}]*)\\})");

  private static final SealedTable TABLE = new SealedTable(NftTable.GUARD, SourceGuard::rules);

  private SourceGuard() {}

  /**
   * Reads the table; if another program changed it, returns only that.
   *
   * @param owners of the elements
   */
  public static List<Item> observe(
      Nftables nftables, Function<GuardItem.GuardKey.OfEntry, Owner> owners) {
    Optional<SealedTable.Listed> listed = TABLE.observe(nftables);
    if (listed.isEmpty()) {
      return List.of();
    }
    if (!listed.get().isOf(TEXT)) {
      return List.of(new GuardItem.Table(false));
    }
    List<Item> items = new ArrayList<>(List.of(new GuardItem.Table(true)));
    Matcher matcher = ELEMENTS.matcher(listed.get().listing());
    while (matcher.find()) {
      GuardSet.titled(matcher.group(1))
          .ifPresent(set -> {
            for (String each : matcher.group(3).split(",", -1)) {
              items.add(entry(set, each.strip(), owners));
            }
          });
    }
    return items;
  }

  private static Item entry(
      GuardSet set, String listed, Function<GuardItem.GuardKey.OfEntry, Owner> owners) {
    String[] halves = listed.split(" : ", 2);
    String key = set.normal(halves[0]);
    String value = halves.length == 1 ? "" : GuardSet.number(Long.decode(halves[1]).intValue());
    return new GuardItem.Entry(
        owners.apply(new GuardItem.GuardKey.OfEntry(set, key)), set, key, value);
  }

  /** Returns a listing without elements and layout. */
  private static String rules(String listing) {
    StringBuilder rules = new StringBuilder();
    Matcher matcher = ELEMENTS.matcher(listing);
    int from = 0;
    while (matcher.find()) {
      rules.append(listing, from, matcher.start(2));
      from = matcher.end(2);
    }
    return rules.append(listing, from, listing.length()).toString().replaceAll("\\s+", " ");
  }

  /** Reinstalls the table with these elements in one transaction. */
  public static void install(Nftables nftables, Collection<? extends Item> entries) {
    TABLE.install(nftables, TEXT, elements("add", entries));
  }

  /** Makes changes in one transaction. */
  public static void apply(Nftables nftables, Collection<Change> changes) {
    List<Item> gone = new ArrayList<>();
    List<Item> come = new ArrayList<>();
    boolean anew = false;
    for (Change change : changes) {
      switch (change) {
        case Change.Remove(GuardItem.Table _, _) -> {
          TABLE.remove(nftables);
          return;
        }
        case Change.Create(GuardItem.Table _) -> anew = true;
        case Change.Alter(_, GuardItem.Table _, _) -> anew = true;
        case Change.Create(Item item) -> come.add(item);
        case Change.Remove(Item item, _) -> gone.add(item);
        case Change.Alter(Item before, Item after, _) -> {
          gone.add(before);
          come.add(after);
        }
      }
    }
    if (anew) {
      install(nftables, come);
    } else {
      nftables.runPlain(elements("delete", gone) + elements("add", come));
    }
  }

  private static String elements(String verb, Collection<? extends Item> items) {
    Map<GuardSet, List<String>> bySet = new LinkedHashMap<>();
    for (Item item : items) {
      if (item instanceof GuardItem.Entry entry) {
        bySet
            .computeIfAbsent(entry.set(), _ -> new ArrayList<>())
            .add(verb.equals("add") ? entry.text() : entry.entry());
      }
    }
    return bySet.entrySet().stream()
        .map(each ->
            "%s element %s %s { %s }\n"
                .formatted(
                    verb,
                    NftTable.GUARD,
                    each.getKey().title(),
                    String.join(", ", each.getValue())))
        .collect(Collectors.joining());
  }
}
