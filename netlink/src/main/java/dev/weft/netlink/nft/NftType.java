package dev.weft.netlink.nft;

/**
 * The type of a part of an element ({@code enum datatypes} of nft, which the kernel only keeps).
 */
public enum NftType {
  /** An IPv4 address. */
  IPV4_ADDR(7, 4),
  /** An IPv6 address. */
  IPV6_ADDR(8, 16),
  /** The number of a protocol above IP. */
  INET_PROTO(12, 1),
  /** A port of TCP or UDP. */
  INET_SERVICE(13, 2),
  /** What {@code numgen random} draws. */
  RANDOM(4, 4),
  /** What becomes of the packet ({@code NFT_DATA_VERDICT}); data of a map only. */
  VERDICT(0xffffff00, 0);

  /** What a concatenation's type number shifts by for each of its parts. */
  static final int BITS = 6;

  final int number;

  /** Bytes of a value that stands alone. */
  final int length;

  NftType(int number, int length) {
    this.number = number;
    this.length = length;
  }

  /** Bytes of a value in a concatenation, whose parts each begin a register of 4 bytes. */
  int padded() {
    return length + 3 & ~3;
  }
}
