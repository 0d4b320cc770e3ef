package dev.weft.netlink.nft;

/**
 * A message of a transaction.
 *
 * @param words requested operation, for errors
 */
@SuppressWarnings("ArrayRecordComponent") // sent, never compared
record NftMessage(byte[] bytes, String words) {}
