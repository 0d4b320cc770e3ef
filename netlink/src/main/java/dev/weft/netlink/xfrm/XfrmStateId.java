package dev.weft.netlink.xfrm;

import java.net.InetAddress;

/**
 * Unique key by which the kernel finds a state.
 *
 * @param destination destination of its packets
 * @param protocol number of the IP protocol: 50 is ESP
 * @param spi the security parameters index in the packets, 0 to 2^32-1; 0 for a state that waits
 *     for its keys
 * @param mark of the packets that find it
 */
public record XfrmStateId(InetAddress destination, int protocol, long spi, XfrmMark mark) {
  /** {@code IPPROTO_ESP}. */
  public static final int ESP = 50;

  /** An ESP state for packets with any mark. */
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
