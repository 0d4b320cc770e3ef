package dev.weft.netlink.rtnl;

import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A route ({@code RTM_NEWROUTE}, {@code linux/rtnetlink.h}). For a route with several next hops the
 * first one is reported.
 *
 * @param destination the network it leads to
 * @param gateway next hop, {@code null} if the destination is on the link ({@code RTA_GATEWAY})
 * @param link index of the outgoing link, 0 to let the kernel find it ({@code RTA_OIF})
 * @param source preferred source address ({@code RTA_PREFSRC})
 * @param scope how far the destination is; {@code null} to derive it from the gateway
 * @param type what the kernel does with a packet
 * @param protocol who made it ({@code RTPROT_*}): 2 the kernel, 3 at boot, 4 an administrator
 * @param metric the lowest wins, 0 for the kernel's default ({@code RTA_PRIORITY})
 * @param table number of the routing table ({@code RTA_TABLE})
 */
public record Route(
    IpPrefix destination,
    @Nullable InetAddress gateway,
    int link,
    @Nullable InetAddress source,
    @Nullable Scope scope,
    Type type,
    int protocol,
    long metric,
    long table) {
  /** The main table ({@code RT_TABLE_MAIN}). */
  public static final int MAIN = 254;

  /** The kernel's table of its own addresses ({@code RT_TABLE_LOCAL}). */
  public static final int LOCAL = 255;

  /** Made by the kernel itself ({@code RTPROT_KERNEL}). */
  public static final int PROTOCOL_KERNEL = 2;

  /** Made at boot, and by tools that name no protocol ({@code RTPROT_BOOT}). */
  public static final int PROTOCOL_BOOT = 3;

  /** Made by an administrator ({@code RTPROT_STATIC}). */
  public static final int PROTOCOL_STATIC = 4;

  /** {@code RTN_*}. */
  public enum Type {
    /** Unknown. */
    UNSPEC(0),
    /** Sent on. */
    UNICAST(1),
    /** Delivered here. */
    LOCAL(2),
    /** Delivered here and sent as broadcast. */
    BROADCAST(3),
    /** Delivered here, sent as unicast. */
    ANYCAST(4),
    /** Multicast. */
    MULTICAST(5),
    /** Dropped. */
    BLACKHOLE(6),
    /** Refused as unreachable. */
    UNREACHABLE(7),
    /** Refused as forbidden. */
    PROHIBIT(8),
    /** Looked up in the next table. */
    THROW(9),
    /** Not used any more. */
    NAT(10);

    final int code;

    Type(int code) {
      this.code = code;
    }
  }

  /** A builder of a unicast route in the main table. */
  public static Builder to(IpPrefix destination) {
    return new Builder(destination);
  }

  /** Collects a route's properties. */
  public static final class Builder {
    private final IpPrefix destination;
    private @Nullable InetAddress gateway;
    private int link;
    private @Nullable InetAddress source;
    private @Nullable Scope scope;
    private Type type = Type.UNICAST;
    private int protocol = PROTOCOL_STATIC;
    private long metric;
    private long table = MAIN;

    private Builder(IpPrefix destination) {
      this.destination = destination;
    }

    /** {@link Route#gateway()}. */
    public Builder via(InetAddress address) {
      gateway = address;
      return this;
    }

    /** {@link Route#link()}. */
    public Builder link(int index) {
      link = index;
      return this;
    }

    /** {@link Route#source()}. */
    public Builder source(InetAddress address) {
      source = address;
      return this;
    }

    /** {@link Route#scope()}. */
    public Builder scope(Scope value) {
      scope = value;
      return this;
    }

    /** {@link Route#type()}. */
    public Builder type(Type value) {
      type = value;
      return this;
    }

    /** {@link Route#protocol()}. */
    public Builder protocol(int value) {
      protocol = value;
      return this;
    }

    /** {@link Route#metric()}. */
    public Builder metric(long value) {
      metric = value;
      return this;
    }

    /** {@link Route#table()}. */
    public Builder table(long number) {
      table = number;
      return this;
    }

    /** The route with the properties collected so far. */
    public Route build() {
      return new Route(destination, gateway, link, source, scope, type, protocol, metric, table);
    }
  }
}
