package dev.weft.e2e.hostile;

import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Frames and packets, byte by byte. */
final class Frames {
  static final MacAddress ANY = MacAddress.BROADCAST;
  static final int ARP = 0x0806;
  static final int IPV4 = 0x0800;
  static final int IPV6 = 0x86dd;

  private static final int ICMPV6 = 58;
  private static final int UDP = 17;

  private Frames() {}

  /** At least 60 bytes long. */
  static byte[] ethernet(MacAddress to, MacAddress from, int type, byte... payload) {
    ByteBuffer frame = ByteBuffer.allocate(Math.max(60, 14 + payload.length));
    frame.put(to.bytes()).put(from.bytes()).putShort((short) type).put(payload);
    return frame.array();
  }

  /** An ARP packet (RFC 826); operation 1 is a request, 2 a reply. */
  static byte[] arp(
      int operation, MacAddress from, InetAddress sender, MacAddress to, InetAddress target) {
    return ByteBuffer.allocate(28)
        .putShort((short) 1)
        .putShort((short) IPV4)
        .put((byte) 6)
        .put((byte) 4)
        .putShort((short) operation)
        .put(from.bytes())
        .put(sender.getAddress())
        .put(to.bytes())
        .put(target.getAddress())
        .array();
  }

  static byte[] ipv4(InetAddress from, InetAddress to, int protocol, int ttl, byte... payload) {
    return ipv4(from, to, protocol, ttl, 0, payload);
  }

  /** Flags and offset are one field, as in RFC 791. */
  static byte[] ipv4(
      InetAddress from, InetAddress to, int protocol, int ttl, int fragment, byte... payload) {
    ByteBuffer packet = ByteBuffer.allocate(20 + payload.length);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) (20 + payload.length));
    packet.putShort((short) 7).putShort((short) fragment);
    packet.put((byte) ttl).put((byte) protocol).putShort((short) 0);
    packet.put(from.getAddress()).put(to.getAddress());
    packet.putShort(10, checksum(packet.array(), 0, 20, 0));
    return packet.put(20, payload).array();
  }

  static byte[] udp(int from, int to, byte... payload) {
    return ByteBuffer.allocate(8 + payload.length)
        .putShort((short) from)
        .putShort((short) to)
        .putShort((short) (8 + payload.length))
        .putShort((short) 0)
        .put(payload)
        .array();
  }

  static byte[] icmp(int type, int code, byte[] rest) {
    ByteBuffer packet = ByteBuffer.allocate(4 + rest.length);
    packet.put((byte) type).put((byte) code).putShort((short) 0).put(rest);
    return packet.putShort(2, checksum(packet.array(), 0, packet.capacity(), 0)).array();
  }

  /** An ICMPv6 message in an IPv6 packet with hop limit 255. */
  static byte[] icmpv6(InetAddress from, InetAddress to, int type, byte[] rest) {
    int length = 4 + rest.length;
    ByteBuffer packet = ByteBuffer.allocate(40 + length);
    packet.putInt(0x60000000).putShort((short) length).put((byte) ICMPV6).put((byte) 255);
    packet.put(from.getAddress()).put(to.getAddress());
    packet.put((byte) type).put((byte) 0).putShort((short) 0).put(rest);
    return packet.putShort(42, checksum(packet.array(), 8, 32 + length, length + ICMPV6)).array();
  }

  /** RFC 7348. */
  static byte[] vxlan(int vni, byte... frame) {
    return ByteBuffer.allocate(8 + frame.length)
        .putInt(0x08000000)
        .putInt(vni << 8)
        .put(frame)
        .array();
  }

  static byte[] datagram(InetAddress from, InetAddress to, int port, byte... payload) {
    return ipv4(from, to, UDP, 64, udp(40_000, port, payload));
  }

  private static short checksum(byte[] bytes, int offset, int length, int start) {
    int sum = start;
    for (int i = 0; i < length; i++) {
      sum += (bytes[offset + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (short) ~sum;
  }
}
