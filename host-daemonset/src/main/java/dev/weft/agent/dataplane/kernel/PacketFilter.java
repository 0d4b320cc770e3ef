package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NftTable;
import dev.weft.netlink.nft.Nftables;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Weft's nftables table of what may pass through and into the node. It carries a {@link Seal}. */
public final class PacketFilter {
  private static final Pattern ELEMENTS = Pattern.compile("(?:elements =|@th,96,24) \\{([^}]*)\\}");

  private static final SealedTable TABLE = new SealedTable(NftTable.FILTER, PacketFilter::normal);

  private PacketFilter() {}

  /** Reads the table: the desired one if the seal matches, otherwise one with other content. */
  public static Optional<Item.Filter> observe(Nftables nftables, Optional<Item.Filter> desired) {
    return TABLE
        .observe(nftables)
        .map(listed ->
            desired
                .filter(filter -> listed.isOf(filter.text()))
                .orElseGet(() ->
                    new Item.Filter(
                        listed.digest().isEmpty()
                            ? "changed by another program"
                            : "an earlier one")));
  }

  public static void install(Nftables nftables, Item.Filter filter) {
    TABLE.install(nftables, filter.text(), "");
  }

  /**
   * Restores what the last reconcile left, if it has changed.
   *
   * @return what was seen; empty if the table is unchanged
   */
  public static Optional<String> restore(Nftables nftables, Item.Filter left) {
    Optional<Item.Filter> now = observe(nftables, Optional.of(left));
    if (now.equals(Optional.of(left)) || !left.isTable()) {
      return Optional.empty();
    }
    install(nftables, left);
    return Optional.of(
        "restored %s, which another program had %s"
            .formatted(left, now.isEmpty() ? "removed" : "changed"));
  }

  public static void remove(Nftables nftables) {
    TABLE.remove(nftables);
  }

  /** Returns the listing with sorted elements and without layout. */
  private static String normal(String listing) {
    return ELEMENTS
        .matcher(listing)
        .replaceAll(match ->
            Matcher.quoteReplacement(
                Arrays.stream(match.group(1).split(","))
                    .map(String::strip)
                    .sorted()
                    .collect(Collectors.joining(","))))
        .replaceAll("\\s+", " ");
  }
}
