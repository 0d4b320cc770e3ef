package dev.weft.netlink.xfrm;

import java.net.InetAddress;

/**
 * What the kernel finds a state by: no two have the same.
 *
 * @param destination where its packets go
 * @param protocol number of the IP protocol: 50 is ESP
 * @param spi the security parameters index in the packets, 0 to 2^32-1; 0 for a state that waits
 *     for its keys
 * @param mark which packets find it
 */
public record XfrmStateId(InetAddress destination, int protocol, long spi, XfrmMark mark) {
  /** {@code IPPROTO_ESP}. */
  public static final int ESP = 50;

  /** An ESP state that all packets find. */
  public static XfrmStateId esp(InetAddress destination, long spi) {
    return new XfrmStateId(destination, ESP, spi, XfrmMark.NONE);
  }

  @Override
  public String toString() {
    String marked = mark.isNone() ? "" : ", " + mark;
    return "%s SPI 0x%08x to %s%s"
        .formatted(
            protocol == ESP ? "ESP" : "protocol " + protocol,
            spi,
            destination.getHostAddress(),
            marked);
  }
}
