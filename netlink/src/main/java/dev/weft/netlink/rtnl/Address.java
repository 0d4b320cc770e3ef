package dev.weft.netlink.rtnl;

import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An IP address of a link ({@code RTM_NEWADDR}, {@code linux/if_addr.h}).
 *
 * @param link index of the link
 * @param prefix the address and the length of its network ({@code IFA_LOCAL})
 * @param peer the other end of a point-to-point link ({@code IFA_ADDRESS}), {@code null} if none
 * @param scope how far the address is valid
 * @param flags {@code IFA_F_*} flags
 */
public record Address(
    int link, IpPrefix prefix, @Nullable InetAddress peer, Scope scope, Set<Flag> flags) {
  /** {@code IFA_F_*}. */
  public enum Flag {
    /** Not the first address of its network on this link. */
    SECONDARY(0x01),
    /** IPv6: used without looking for duplicates first. */
    NODAD(0x02),
    /** IPv6: not tested for duplicates yet. */
    TENTATIVE(0x40),
    /** IPv6: duplicate address detection found another holder. */
    DADFAILED(0x08),
    /** Not preferred as a source address any more. */
    DEPRECATED(0x20),
    /** Never expires; set by the kernel. */
    PERMANENT(0x80),
    /** The kernel makes no route to its network. */
    NOPREFIXROUTE(0x200);

    final int code;

    Flag(int code) {
      this.code = code;
    }
  }

  /** Keeps its own copy of the set. */
  public Address {
    flags = Set.copyOf(flags);
  }

  /** An address that is valid everywhere. */
  public static Address of(int link, IpPrefix prefix, Flag... flags) {
    return new Address(link, prefix, null, Scope.UNIVERSE, Set.of(flags));
  }
}
