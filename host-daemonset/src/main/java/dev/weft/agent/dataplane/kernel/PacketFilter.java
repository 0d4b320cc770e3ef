package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Digest;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.netlink.nft.Nftables;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Our one nftables table. It carries a seal: an empty chain whose name holds a digest of what was
 * asked for, and one of how the kernel then listed it. So a later look tells, also after a restart
 * and whatever the version of nftables, whether the table is still the one that was asked for.
 */
public final class PacketFilter {
  public static final String NAME = "weft";
  private static final String TABLE = "table inet " + NAME;
  private static final Pattern SEAL =
      Pattern.compile("\\s*chain seal_([0-9a-f]{16})_([0-9a-f]{16}) \\{\\s*\\}");
  private static final Pattern ELEMENTS = Pattern.compile("(?:elements =|@th,96,24) \\{([^}]*)\\}");

  private PacketFilter() {}

  /** The table as it is: the wished one if the seal says so, or one of another content. */
  public static Optional<Item.Filter> observe(Nftables nftables, Optional<Item.Filter> wished) {
    if (nftables.runPlain("list tables").lines().noneMatch(line -> line.strip().equals(TABLE))) {
      return Optional.empty();
    }
    String listing = nftables.runPlain("list " + TABLE);
    Matcher seal = SEAL.matcher(listing);
    if (!seal.find() || !seal.group(2).equals(digest(normal(seal.replaceFirst(""))))) {
      return Optional.of(new Item.Filter("changed by others"));
    }
    return Optional.of(
        wished
            .filter(filter -> digest(filter.text()).equals(seal.group(1)))
            .orElse(new Item.Filter("an earlier one")));
  }

  public static void install(Nftables nftables, Item.Filter filter) {
    nftables.runPlain("add %s\ndelete %s\n%s".formatted(TABLE, TABLE, filter.text()));
    String listing = normal(nftables.runPlain("list " + TABLE));
    nftables.runPlain(
        "add chain inet weft seal_%s_%s".formatted(digest(filter.text()), digest(listing)));
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
    nftables.runPlain("delete " + TABLE);
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

  private static String digest(String text) {
    return Digest.of(text).substring(0, 16);
  }
}
