package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.NftTable;
import dev.weft.netlink.nft.Nftables;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A Weft table in nftables that carries a {@link Seal}.
 *
 * @param normal normalises listings of one table to one text
 */
record SealedTable(NftTable table, UnaryOperator<String> normal) {
  /**
   * The observed table.
   *
   * @param listing as nft lists it
   * @param digest of the text it was installed from; empty if another program changed it
   */
  record Listed(String listing, Optional<String> digest) {
    /** Whether the table is unchanged since it was installed from this text. */
    boolean isOf(String text) {
      return digest.equals(Optional.of(Seal.digest(text)));
    }
  }

  /** Reads the table; empty if it is missing. */
  Optional<Listed> observe(Nftables nftables) {
    if (nftables
        .runPlain("list tables")
        .lines()
        .noneMatch(line -> line.strip().equals("table " + table))) {
      return Optional.empty();
    }
    String listing = list(nftables);
    return Optional.of(new Listed(listing, Seal.unbroken(listing, normal)));
  }

  /**
   * Reinstalls the table in one transaction, and seals it.
   *
   * @param text the sealed text of the table
   * @param elements commands that follow it
   */
  void install(Nftables nftables, String text, String elements) {
    nftables.runPlain(
        "add table %s\ndelete table %s\n%s%s".formatted(table, table, text, elements));
    nftables.runPlain(Seal.command(table.toString(), text, list(nftables), normal));
  }

  void remove(Nftables nftables) {
    nftables.runPlain("delete table " + table);
  }

  private String list(Nftables nftables) {
    return nftables.runPlain("list table " + table);
  }
}
