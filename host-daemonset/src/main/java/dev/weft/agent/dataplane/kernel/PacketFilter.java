package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NftTable;
import dev.weft.netlink.nft.Nftables;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Our nftables table of what may pass through and into the node. It carries a {@link Seal}. */
public final class PacketFilter {
  private static final Pattern ELEMENTS = Pattern.compile("(?:elements =|@th,96,24) \\{([^}]*)\\}");

  private static final SealedTable TABLE = new SealedTable(NftTable.FILTER, PacketFilter::normal);

  private PacketFilter() {}

  /** The table as it is: the desired one if the seal says so, or one of another content. */
  public static Optional<Item.Filter> observe(Nftables nftables, Optional<Item.Filter> desired) {
    return TABLE
        .observe(nftables)
        .map(listed ->
            desired
                .filter(filter -> listed.isOf(filter.text()))
                .orElseGet(() ->
                    new Item.Filter(
                        listed.digest().isEmpty() ? "changed by others" : "an earlier one")));
  }

  public static void install(Nftables nftables, Item.Filter filter) {
    TABLE.install(nftables, filter.text(), "");
  }

  /**
   * Puts back what the last reconcile left, if it is not there any more.
   *
   * @return what was seen; empty if nothing had to be done
   */
  public static Optional<String> restore(Nftables nftables, Item.Filter left) {
    Optional<Item.Filter> now = observe(nftables, Optional.of(left));
    if (now.equals(Optional.of(left)) || !left.isTable()) {
      return Optional.empty();
    }
    install(nftables, left);
    return Optional.of(
        "put back %s, which was %s by others"
            .formatted(left, now.isEmpty() ? "removed" : "changed"));
  }

  public static void remove(Nftables nftables) {
    TABLE.remove(nftables);
  }

  /** The listing with elements in one order and without the blanks that lay it out. */
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
