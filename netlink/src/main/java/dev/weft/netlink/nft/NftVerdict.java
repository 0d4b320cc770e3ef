package dev.weft.netlink.nft;

/** Verdict of a rule on a packet ({@code enum nft_verdicts}). */
public sealed interface NftVerdict extends NftData {
  /** Accepts the packet. */
  record Accept() implements NftVerdict {}

  /** Drops the packet. */
  record Drop() implements NftVerdict {}

  /** Passes the packet to a chain; this chain continues if the other decides nothing. */
  record Jump(String chain) implements NftVerdict {}

  /** Passes the packet to a chain without return. */
  record Goto(String chain) implements NftVerdict {}
}
