package dev.weft.agent.dataplane.model;

/** Our nftables tables on a node; each is of a family of its own, and all have one name. */
public enum NftTable {
  FILTER("inet"),
  GUARD("bridge");

  /** The name of each. */
  public static final String NAME = "weft";

  private final String family;

  NftTable(String family) {
    this.family = family;
  }

  /** Family and name, as nft has them. */
  @Override
  public String toString() {
    return family + " " + NAME;
  }
}
