package dev.weft.netlink.rtnl;

import static dev.weft.netlink.wire.RtnetlinkH.AF_INET;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET6;
import static dev.weft.netlink.wire.RtnetlinkH.IFADDRMSG;
import static dev.weft.netlink.wire.RtnetlinkH.IFA_ADDRESS;
import static dev.weft.netlink.wire.RtnetlinkH.IFA_FLAGS;
import static dev.weft.netlink.wire.RtnetlinkH.IFA_LOCAL;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_DELADDR;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_NEWADDR;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Malformed;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.Payload;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/** {@code struct ifaddrmsg}. */
final class AddressCodec {
  private AddressCodec() {}

  static boolean isIp(Payload payload) {
    return payload.u8(0) == AF_INET || payload.u8(0) == AF_INET6;
  }

  static void writeNew(MessageWriter out, Address address, int flags, int sequence) {
    write(out, RTM_NEWADDR, address, flags, sequence);
  }

  static void writeRemove(MessageWriter out, Address address, int flags, int sequence) {
    write(out, RTM_DELADDR, address, flags, sequence);
  }

  private static void write(MessageWriter out, int type, Address address, int flags, int sequence) {
    InetAddress local = address.prefix().address();
    out.begin(type, flags, sequence);
    out.u8(local instanceof Inet4Address ? AF_INET : AF_INET6);
    out.u8(address.prefix().length());
    out.u8(0);
    out.u8(address.scope().code);
    out.u32(address.link());
    out.attribute(IFA_LOCAL, local);
    out.attribute(IFA_ADDRESS, address.peer() != null ? address.peer() : local);
    int code = 0;
    for (Address.Flag flag : address.flags()) {
      code |= flag.code;
    }
    if (code != 0) {
      out.attributeU32(IFA_FLAGS, code);
    }
    out.end();
  }

  /** {@code null} for an entry without an address. */
  static @Nullable Address read(Payload payload) {
    Attributes attributes = Attributes.in(payload.after(IFADDRMSG));
    InetAddress other = attributes.address(IFA_ADDRESS);
    InetAddress local = attributes.address(IFA_LOCAL);
    if (local == null) {
      local = other;
    }
    if (local == null) {
      return null;
    }
    int length = payload.u8(1);
    if (length > local.getAddress().length * 8) {
      throw Malformed.because("an address has a prefix of %d bits".formatted(length));
    }
    int code = attributes.u32(IFA_FLAGS, payload.u8(2));
    var flags = EnumSet.noneOf(Address.Flag.class);
    for (Address.Flag flag : Address.Flag.values()) {
      if ((code & flag.code) != 0) {
        flags.add(flag);
      }
    }
    return new Address(
        payload.u32(4),
        new IpPrefix(local, length),
        local.equals(other) ? null : other,
        Scope.of(payload.u8(3)),
        flags);
  }
}
