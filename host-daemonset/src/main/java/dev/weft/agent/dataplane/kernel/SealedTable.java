package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.NftTable;
import dev.weft.netlink.nft.Nftables;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * An nftables table of ours that carries a {@link Seal}.
 *
 * @param normal turns all listings of one table into one text
 */
record SealedTable(NftTable table, UnaryOperator<String> normal) {
  /**
   * The table as it is.
   *
   * @param listing as nft lists it
   * @param digest of the text that it was installed from; empty if others changed it
   */
  record Listed(String listing, Optional<String> digest) {
    /** Whether it is as it was installed from this text. */
    boolean isOf(String text) {
      return digest.equals(Optional.of(Seal.digest(text)));
    }
  }

  /** The table; empty if there is none. */
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
   * Installs the table anew in one transaction, and seals it.
   *
   * @param text of the table, which the seal is for
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
