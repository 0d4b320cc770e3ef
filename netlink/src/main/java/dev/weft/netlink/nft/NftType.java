package dev.weft.netlink.nft;

/** Type of a part of an element ({@code enum datatypes} of nft; the kernel only stores it). */
public enum NftType {
  /** An IPv4 address. */
  IPV4_ADDR(7, 4),
  /** An IPv6 address. */
  IPV6_ADDR(8, 16),
  /** The number of a protocol above IP. */
  INET_PROTO(12, 1),
  /** A port of TCP or UDP. */
  INET_SERVICE(13, 2),
  /** Number drawn by {@code numgen random}. */
  RANDOM(4, 4),
  /** Verdict on a packet ({@code NFT_DATA_VERDICT}); data of a map only. */
  VERDICT(0xffffff00, 0);

  /** Bits per part in the type number of a concatenation. */
  static final int BITS = 6;

  final int number;

  /** Bytes of a single value. */
  final int length;

  NftType(int number, int length) {
    this.number = number;
    this.length = length;
  }

  /** Bytes of a value in a concatenation, padded to registers of 4 bytes. */
  int padded() {
    return length + 3 & ~3;
  }
}
