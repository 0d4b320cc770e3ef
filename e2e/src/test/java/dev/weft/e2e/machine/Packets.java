package dev.weft.e2e.machine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.netlink.MacAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Reads frames of the wire, and builds those of an attacker. */
final class Packets {
  static final int ESP = 50;
  static final int UDP = 17;

  private static final int ETHERNET = 14;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;
  private static final int IPV6_FRAGMENT = 44;
  private static final int VXLAN_HEADERS = 16;
  private static final int EXPERIMENTAL = 0x88b5;

  private Packets() {}

  /** Number of the IP protocol in a frame; -1 if it holds no IP packet. */
  static int protocol(byte[] frame) {
    return switch (etherType(frame)) {
      case IPV4 -> frame[ETHERNET + 9] & 0xff;
      case IPV6 -> frame[ETHERNET + 6] & 0xff;
      default -> -1;
    };
  }

  /** Whether a frame holds a UDP datagram to this port. */
  static boolean isUdpTo(byte[] frame, int port) {
    return protocol(frame) == UDP && port(frame) == port;
  }

  /** The destination port of the UDP datagram in a frame. */
  private static int port(byte[] frame) {
    int header = etherType(frame) == IPV4 ? (frame[ETHERNET] & 0x0f) * 4 : 40;
    return ByteBuffer.wrap(frame).getShort(ETHERNET + header + 2) & 0xffff;
  }

  private static int etherType(byte[] frame) {
    return ByteBuffer.wrap(frame).getShort(12) & 0xffff;
  }

  /** Whether a frame holds a fragment of an IP packet. */
  static boolean isFragment(byte[] frame) {
    return switch (etherType(frame)) {
      case IPV4 -> (ByteBuffer.wrap(frame).getShort(ETHERNET + 6) & 0x3fff) != 0;
      case IPV6 -> protocol(frame) == IPV6_FRAGMENT;
      default -> false;
    };
  }

  /** Whether a frame holds these words in clear. */
  static boolean tells(byte[] frame, String words) {
    return new String(frame, US_ASCII).contains(words);
  }

  /** A broadcast frame with these words, as sent inside the tunnel. */
  static byte[] inner(String words) {
    byte[] text = words.getBytes(US_ASCII);
    return ByteBuffer.allocate(ETHERNET + text.length + 46)
        .put(MacAddress.BROADCAST.bytes())
        .put(MacAddress.parse("02:42:00:00:00:66").bytes())
        .putShort((short) EXPERIMENTAL)
        .put(text)
        .array();
  }

  /** A frame in VXLAN (RFC 7348). */
  static byte[] vxlan(int vni, byte[] inner) {
    return ByteBuffer.allocate(8 + inner.length)
        .putInt(0x08000000)
        .putInt(vni << 8)
        .put(inner)
        .array();
  }

  /** That frame inside VXLAN in clear, as a peer without IPsec would send it (RFC 7348). */
  static byte[] clearVxlan(
      MacAddress to, InetAddress source, InetAddress destination, int port, int vni, byte[] inner) {
    int udp = VXLAN_HEADERS + inner.length;
    boolean ipv4 = source instanceof Inet4Address;
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET + (ipv4 ? 20 : 40) + udp);
    frame.put(to.bytes()).put(MacAddress.parse("02:42:00:00:00:67").bytes());
    frame.putShort((short) (ipv4 ? IPV4 : IPV6));
    if (ipv4) {
      ByteBuffer header = ByteBuffer.allocate(20);
      header.put((byte) 0x45).put((byte) 0).putShort((short) (20 + udp)).putInt(0);
      header.put((byte) 64).put((byte) UDP).putShort((short) 0);
      header.put(source.getAddress()).put(destination.getAddress());
      header.putShort(10, checksum(header.array(), 0));
      frame.put(header.array());
    } else {
      frame.putInt(0x60000000).putShort((short) udp).put((byte) UDP).put((byte) 64);
      frame.put(source.getAddress()).put(destination.getAddress());
    }
    ByteBuffer datagram = ByteBuffer.allocate(udp);
    datagram
        .putShort((short) 49152)
        .putShort((short) port)
        .putShort((short) udp)
        .putShort((short) 0);
    datagram.put(vxlan(vni, inner));
    if (!ipv4) {
      datagram.putShort(6, checksum(datagram.array(), pseudoHeader(source, destination, udp)));
    }
    return frame.put(datagram.array()).array();
  }

  private static int pseudoHeader(InetAddress source, InetAddress destination, int length) {
    ByteBuffer both =
        ByteBuffer.allocate(32).put(source.getAddress()).put(destination.getAddress());
    return sum(both.array()) + length + UDP;
  }

  /** RFC 1071. */
  private static short checksum(byte[] bytes, int start) {
    int sum = start + sum(bytes);
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (short) ~sum;
  }

  private static int sum(byte[] bytes) {
    int sum = 0;
    for (int i = 0; i < bytes.length; i++) {
      sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
    }
    return sum;
  }
}
