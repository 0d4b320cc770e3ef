package dev.weft.netlink.nft;

/** What becomes of a packet ({@code enum nft_verdicts}). */
public sealed interface NftVerdict extends NftData {
  /** It goes on its way. */
  record Accept() implements NftVerdict {}

  /** It goes no further. */
  record Drop() implements NftVerdict {}

  /** It passes through a chain, and comes back if that decides nothing. */
  record Jump(String chain) implements NftVerdict {}

  /** It passes through a chain and does not come back. */
  record Goto(String chain) implements NftVerdict {}
}
