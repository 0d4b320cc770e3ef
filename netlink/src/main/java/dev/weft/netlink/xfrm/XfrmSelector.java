package dev.weft.netlink.xfrm;

import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;

/**
 * Packets that a policy or a state applies to ({@code struct xfrm_selector}).
 *
 * @param source where they come from, without host bits
 * @param destination where they go, of the same family
 * @param protocol number of the IP protocol, 0 for all: 17 is UDP
 * @param sourcePort of protocols that have ports
 * @param destinationPort of protocols that have ports
 * @param link index of the link that they leave or arrive by, 0 for all
 */
public record XfrmSelector(
    IpPrefix source,
    IpPrefix destination,
    int protocol,
    XfrmPort sourcePort,
    XfrmPort destinationPort,
    int link) {
  /** {@code IPPROTO_UDP}. */
  public static final int UDP = 17;

  /** Every IPv4 packet. */
  public static final XfrmSelector ALL_IPV4 = between(IpPrefix.ALL_IPV4, IpPrefix.ALL_IPV4);

  /** Every IPv6 packet. */
  public static final XfrmSelector ALL_IPV6 = between(IpPrefix.ALL_IPV6, IpPrefix.ALL_IPV6);

  /** Drops host bits; rejects a mix of families. */
  public XfrmSelector {
    if (source.isIpv4() != destination.isIpv4()) {
      throw new IllegalArgumentException(
          "%s and %s are of two families".formatted(source, destination));
    }
    if (protocol < 0 || protocol > 255) {
      throw new IllegalArgumentException("%d is no IP protocol; use 0 to 255".formatted(protocol));
    }
    source = source.network();
    destination = destination.network();
  }

  /** Every packet of this address's family. */
  public static XfrmSelector everything(InetAddress address) {
    return address.getAddress().length == 4 ? ALL_IPV4 : ALL_IPV6;
  }

  /** All packets from one network to another. */
  public static XfrmSelector between(IpPrefix source, IpPrefix destination) {
    return new XfrmSelector(source, destination, 0, XfrmPort.ANY, XfrmPort.ANY, 0);
  }

  /** The UDP packets among them to this port. */
  public XfrmSelector udpTo(int port) {
    return new XfrmSelector(source, destination, UDP, XfrmPort.ANY, XfrmPort.of(port), link);
  }

  /** The UDP packets among them from this port. */
  public XfrmSelector udpFrom(int port) {
    return new XfrmSelector(source, destination, UDP, XfrmPort.of(port), XfrmPort.ANY, link);
  }

  boolean isIpv4() {
    return source.isIpv4();
  }

  @Override
  public String toString() {
    var words = new StringBuilder().append(source).append(" to ").append(destination);
    if (protocol != 0) {
      words.append(", protocol ").append(protocol);
    }
    port(words, "from", sourcePort);
    port(words, "to", destinationPort);
    if (link != 0) {
      words.append(", link ").append(link);
    }
    return words.toString();
  }

  private static void port(StringBuilder words, String direction, XfrmPort port) {
    if (port.mask() != 0) {
      words.append(", ").append(direction).append(" port ").append(port.value());
      if (port.mask() != 0xffff) {
        words.append("/").append(port.mask());
      }
    }
  }
}
