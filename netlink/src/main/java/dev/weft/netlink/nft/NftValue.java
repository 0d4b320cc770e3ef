package dev.weft.netlink.nft;

import java.net.InetAddress;

/** A value that a register or a part of an element holds. */
public sealed interface NftValue extends NftData {
  /** An address of IPv4 or IPv6. */
  record Address(InetAddress address) implements NftValue {
    @Override
    public String toString() {
      return address.getHostAddress();
    }
  }

  /**
   * A protocol.
   *
   * @param number {@code IPPROTO_*} or {@code NFPROTO_*}, 0 to 255
   */
  record Protocol(int number) implements NftValue {
    @Override
    public String toString() {
      return Integer.toString(number);
    }
  }

  /**
   * A port of TCP or UDP.
   *
   * @param number 0 to 65535
   */
  record Port(int number) implements NftValue {
    @Override
    public String toString() {
      return Integer.toString(number);
    }
  }

  /** A number as {@code numgen} draws it, in the byte order of the host. */
  record Drawn(int number) implements NftValue {
    @Override
    public String toString() {
      return Integer.toString(number);
    }
  }
}
