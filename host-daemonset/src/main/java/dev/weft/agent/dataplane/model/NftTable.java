package dev.weft.agent.dataplane.model;

/** Weft's nftables tables on a node. All have one name; each has its own family. */
public enum NftTable {
  FILTER("inet"),
  GUARD("bridge");

  /** The name of both tables. */
  public static final String NAME = "weft";

  private final String family;

  NftTable(String family) {
    this.family = family;
  }

  /** Family and name, as nft prints them. */
  @Override
  public String toString() {
    return family + " " + NAME;
  }
}
