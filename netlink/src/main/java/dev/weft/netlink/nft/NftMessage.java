package dev.weft.netlink.nft;

/**
 * A message of a transaction.
 *
 * @param words what it asks for
 */
@SuppressWarnings("ArrayRecordComponent") // sent, never compared
record NftMessage(byte[] bytes, String words) {}
