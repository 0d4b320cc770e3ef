package dev.weft.netlink.xfrm;

import static dev.weft.netlink.wire.RtnetlinkH.AF_INET;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET6;
import static dev.weft.netlink.xfrm.XfrmH.ADDRESS;
import static dev.weft.netlink.xfrm.XfrmH.XFRMA_IF_ID;
import static dev.weft.netlink.xfrm.XfrmH.XFRMA_MARK;
import static dev.weft.netlink.xfrm.XfrmH.XFRM_INF;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.SocketAddress;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Malformed;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.Payload;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Structures shared by messages about states and policies. */
final class XfrmStructs {
  private XfrmStructs() {}

  /** {@code xfrm_address_t}: 16 bytes; an IPv4 address takes the first four. */
  static void write(MessageWriter out, InetAddress address) {
    byte[] bytes = address.getAddress();
    out.bytes(bytes);
    out.zeros(ADDRESS - bytes.length);
  }

  static InetAddress address(Payload payload, long offset, int family) {
    return switch (family) {
      case AF_INET -> payload.slice(offset, 4).address();
      case AF_INET6 -> payload.slice(offset, 16).address();
      default -> throw Malformed.because("an address is of family %d".formatted(family));
    };
  }

  static void write(MessageWriter out, XfrmSelector selector) {
    write(out, selector.destination().address());
    write(out, selector.source().address());
    write(out, selector.destinationPort());
    write(out, selector.sourcePort());
    out.u16(SocketAddress.family(selector.source().address()));
    out.u8(selector.destination().length());
    out.u8(selector.source().length());
    out.u8(selector.protocol());
    out.zeros(3);
    out.u32(selector.link());
    out.u32(0);
  }

  private static void write(MessageWriter out, XfrmPort port) {
    out.be16(port.value());
    out.be16(port.mask());
  }

  /**
   * Reads a selector at the start of a range.
   *
   * @param family of a selector that fits every family
   */
  static XfrmSelector selector(Payload payload, int family) {
    int own = payload.u16(40);
    int found = own == 0 ? family : own;
    IpPrefix source = prefix(address(payload, 16, found), payload.u8(43));
    IpPrefix destination = prefix(address(payload, 0, found), payload.u8(42));
    if (source.isIpv4() != destination.isIpv4()) {
      throw Malformed.because("a selector has addresses of two families");
    }
    return new XfrmSelector(
        source,
        destination,
        payload.u8(44),
        new XfrmPort(payload.be16(36), payload.be16(38)),
        new XfrmPort(payload.be16(32), payload.be16(34)),
        payload.u32(48));
  }

  private static IpPrefix prefix(InetAddress address, int length) {
    if (length > address.getAddress().length * 8) {
      throw Malformed.because("a selector has a prefix of %d bits".formatted(length));
    }
    return new IpPrefix(address, length);
  }

  /** {@code struct xfrm_lifetime_cfg}. */
  static void write(MessageWriter out, XfrmLifetime lifetime) {
    XfrmLimits soft = lifetime.soft();
    XfrmLimits hard = lifetime.hard();
    out.u64(count(soft.bytes()));
    out.u64(count(hard.bytes()));
    out.u64(count(soft.packets()));
    out.u64(count(hard.packets()));
    out.u64(seconds(soft.age()));
    out.u64(seconds(hard.age()));
    out.u64(seconds(soft.use()));
    out.u64(seconds(hard.use()));
  }

  static XfrmLifetime lifetime(Payload payload) {
    return new XfrmLifetime(limits(payload, 0), limits(payload, 8));
  }

  private static XfrmLimits limits(Payload payload, long offset) {
    return new XfrmLimits(
        count(payload.u64(offset)),
        count(payload.u64(offset + 16)),
        duration(payload.u64(offset + 32)),
        duration(payload.u64(offset + 48)));
  }

  private static long count(@Nullable Long limit) {
    return limit == null ? XFRM_INF : limit;
  }

  private static @Nullable Long count(long limit) {
    return limit == XFRM_INF ? null : (Long) limit;
  }

  private static long seconds(@Nullable Duration limit) {
    return limit == null ? 0 : limit.toSeconds();
  }

  private static @Nullable Duration duration(long seconds) {
    return seconds == 0 ? null : Duration.ofSeconds(seconds);
  }

  /** {@code struct xfrm_lifetime_cur}. */
  static XfrmUsage usage(Payload payload, @Nullable Payload lastUsed) {
    return new XfrmUsage(
        payload.u64(0),
        payload.u64(8),
        instant(payload.u64(16)),
        instant(payload.u64(24)),
        lastUsed == null ? null : instant(lastUsed.u64(0)));
  }

  /** {@code null} also for a time out of range. */
  private static @Nullable Instant instant(long seconds) {
    return seconds <= 0 || seconds > Instant.MAX.getEpochSecond()
        ? null
        : Instant.ofEpochSecond(seconds);
  }

  static void writeMark(MessageWriter out, XfrmMark mark) {
    if (!mark.isNone()) {
      int start = out.beginAttribute(XFRMA_MARK);
      out.u32(mark.value());
      out.u32(mark.mask());
      out.endAttribute(start);
    }
  }

  static XfrmMark mark(Attributes attributes) {
    Payload mark = attributes.get(XFRMA_MARK);
    return mark == null ? XfrmMark.NONE : new XfrmMark(mark.u32(0), mark.u32(4));
  }

  static void writeInterface(MessageWriter out, long id) {
    if (id != 0) {
      out.attributeU32(XFRMA_IF_ID, (int) id);
    }
  }

  static long interfaceId(Attributes attributes) {
    return Integer.toUnsignedLong(attributes.u32(XFRMA_IF_ID, 0));
  }
}
