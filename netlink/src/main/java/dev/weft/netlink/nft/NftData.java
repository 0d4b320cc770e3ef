package dev.weft.netlink.nft;

/** Data of a map for a key. */
public sealed interface NftData permits NftValue, NftVerdict {}
