package dev.weft.netlink.rtnl;

import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the forwarding database of a bridge (through one of its ports) or of a VXLAN device
 * ({@code RTM_NEWNEIGH} with {@code AF_BRIDGE}, {@code linux/neighbour.h}).
 *
 * @param link index of the port, or of the VXLAN device
 * @param mac destination MAC address of the frames ({@code NDA_LLADDR})
 * @param destination where a VXLAN device sends the frame ({@code NDA_DST})
 * @param state how long it lives
 * @param flags {@code NTF_*} flags, such as the table that holds it
 * @param vni VXLAN network identifier if it differs from the device's ({@code NDA_VNI})
 * @param port UDP port if it differs from the device's ({@code NDA_PORT})
 * @param vlan 802.1Q identifier of the entry in a bridge that filters ({@code NDA_VLAN})
 * @param master index of the bridge whose table holds the entry, 0 otherwise ({@code NDA_MASTER});
 *     only read
 */
public record FdbEntry(
    int link,
    MacAddress mac,
    @Nullable InetAddress destination,
    State state,
    Set<Flag> flags,
    @Nullable Integer vni,
    @Nullable Integer port,
    @Nullable Integer vlan,
    int master) {
  /** How long an entry lives, from {@code NUD_*}. */
  public enum State {
    /** Never expires; in a bridge's table the address is the host's own. */
    PERMANENT,
    /** Never expires; the address is behind the port. */
    STATIC,
    /** Expires when unused for the ageing time. */
    REACHABLE,
    /** Unused for the ageing time. */
    STALE
  }

  /** {@code NTF_*}. */
  public enum Flag {
    /** In the device's own table. */
    SELF(0x02),
    /** In the table of the bridge the device is a port of. */
    MASTER(0x04),
    /** Reported by a control plane outside the kernel. */
    EXT_LEARNED(0x10),
    /** Programmed into hardware. */
    OFFLOADED(0x20),
    /** May not move to another port. */
    STICKY(0x40),
    /** Leads to a router. */
    ROUTER(0x80);

    final int code;

    Flag(int code) {
      this.code = code;
    }
  }

  /** Keeps its own copy of the set. */
  public FdbEntry {
    flags = Set.copyOf(flags);
  }

  /** A permanent entry in a VXLAN device's own table: frames for this MAC go to that end point. */
  public static FdbEntry tunnel(int link, MacAddress mac, InetAddress destination) {
    return new FdbEntry(link, mac, destination, State.PERMANENT, SELF_ONLY, null, null, null, 0);
  }

  /** An entry of the bridge's table that never expires: this MAC is behind this port. */
  public static FdbEntry behindPort(int link, MacAddress mac) {
    return new FdbEntry(link, mac, null, State.STATIC, MASTER_ONLY, null, null, null, 0);
  }

  static final Set<Flag> SELF_ONLY = Set.of(Flag.SELF);
  private static final Set<Flag> MASTER_ONLY = Set.of(Flag.MASTER);
}
