package dev.weft.agent.dataplane.kernel;

import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.rtnl.Link;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether the node's own firewall drops what pods send to the world, or to each other on one
 * bridge. The kernel shows the latter to the chains for forwarded packets where {@code
 * net.bridge.bridge-nf-call-iptables} is 1.
 *
 * <p>Rules may come from any program, {@code iptables-legacy} included, and reading them does not
 * tell what they do with a packet. So the probe sends one from a sandbox, of an experimental
 * protocol. A table that exists for that long counts it before all other chains, and counts and
 * drops it after them, so that it reaches no receiver.
 */
public final class FirewallProbe {
  /** The name of the temporary table. */
  public static final String TABLE = "weft_probe";

  private static final String SETTINGS = "net/bridge/bridge-nf-call-";

  /** "Use for experimentation and testing" (RFC 3692). */
  private static final int PROTOCOL = 253;

  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;

  /** A frame usually traverses the bridge during the send; another processor may finish later. */
  private static final int LOOKS = 10;

  private static final Duration PAUSE = Duration.ofMillis(2);
  private static final Pattern COUNTED =
      Pattern.compile(
          "iifname \"([^\"]+)\" oifname (!= )?\"[^\"]+\" .*nfproto (ipv[46]) .*counter packets"
              + " (\\d+) ");

  /** Addresses of the world that no one has (RFC 5737, RFC 3849). */
  private static final InetAddress IPV4_WORLD = InetAddress.ofLiteral("203.0.113.1");

  private static final InetAddress IPV6_WORLD = InetAddress.ofLiteral("2001:db8::1");

  private FirewallProbe() {}

  /**
   * A way from a sandbox: to the other ports of its bridge, or through the node to the world.
   *
   * @param bridge name of the bridge
   * @param sandbox file of the sandbox that sends the packet
   * @param link index of its interface there
   * @param mac MAC address of that interface
   * @param address of that interface
   * @param outward whether the way leads through the node to the world
   */
  public record Way(
      String bridge,
      String sandbox,
      int link,
      MacAddress mac,
      InetAddress address,
      boolean outward) {
    /** Whether its packets are IPv4; else they are IPv6. */
    public boolean isIpv4() {
      return address instanceof Inet4Address;
    }

    /** Key that all sandboxes of the bridge share. */
    public String key() {
      return FirewallProbe.key(bridge, isIpv4() ? "ipv4" : "ipv6", outward);
    }

    private String rule(String verdict) {
      return """
          iifname "%1$s" oifname %2$s"%1$s" meta nfproto %3$s meta l4proto %4$d counter %5$s
      """
          .formatted(bridge, outward ? "!= " : "", isIpv4() ? "ipv4" : "ipv6", PROTOCOL, verdict);
    }
  }

  private static String key(String bridge, String family, boolean outward) {
    return bridge + " " + family + (outward ? " outward" : "");
  }

  /** Whether the kernel shows packets inside bridges to the chains for forwarded ones. */
  public static boolean isNeeded(HostKernel kernel, boolean ipv4) {
    return kernel.setting(SETTINGS + (ipv4 ? "iptables" : "ip6tables")).equals("1");
  }

  /** Returns the ways on which packets are dropped. */
  public static List<Way> dropped(HostKernel kernel, Collection<Way> all) {
    Map<String, Way> ways = new HashMap<>();
    all.forEach(way -> ways.putIfAbsent(way.key(), way));
    ways.values().removeIf(way -> !way.outward && !isNeeded(kernel, way.isIpv4()));
    if (ways.isEmpty()) {
      return List.of();
    }
    Nftables nftables = kernel.nftables();
    String fresh = "add table inet %1$s\ndelete table inet %1$s\n".formatted(TABLE);
    nftables.runPlain(fresh + table(ways));
    try {
      ways.values().forEach(way -> send(kernel, way));
      return counted(nftables, ways);
    } finally {
      nftables.runPlain("delete table inet " + TABLE);
    }
  }

  private static String table(Map<String, Way> ways) {
    StringBuilder before = new StringBuilder();
    StringBuilder after = new StringBuilder();
    for (Way way : ways.values()) {
      before.append(way.rule(""));
      after.append(way.rule("drop"));
    }
    return """
    table inet %s {
      chain before {
        type filter hook forward priority -2147483648; policy accept;
    %s  }
      chain after {
        type filter hook forward priority 2147483647; policy accept;
    %s  }
    }
    """
        .formatted(TABLE, before, after);
  }

  /** Sends the packet; if the sandbox prevents that, the probe has no result. */
  private static void send(HostKernel kernel, Way way) {
    try {
      Optional<SandboxHandle> sandbox = kernel.enter(way.sandbox);
      Optional<MacAddress> to = destination(kernel, way);
      if (sandbox.isPresent() && to.isPresent()) {
        try (PacketSocket socket =
            PacketSocket.open(sandbox.get().namespace(), way.link, way.isIpv4() ? IPV4 : IPV6)) {
          socket.send(frame(way, to.get()));
        }
      }
    } catch (NetlinkException unsent) {
      // the count before the firewall is then zero
    }
  }

  /** The node forwards only what is sent to its own MAC address. */
  private static Optional<MacAddress> destination(HostKernel kernel, Way way) {
    return way.outward
        ? kernel.netlink().link(way.bridge).map(Link::address)
        : Optional.of(MacAddress.BROADCAST);
  }

  /** Returns the ways whose packets reached the firewall but did not pass it. */
  private static List<Way> counted(Nftables nftables, Map<String, Way> ways) {
    Map<String, Long> before = new HashMap<>();
    Map<String, Long> after = new HashMap<>();
    for (int look = 0; look < LOOKS && before.size() < ways.size(); look++) {
      if (look > 0) {
        pause();
      }
      read(nftables, before, after);
    }
    // read again: a packet may have been between the two chains
    read(nftables, before, after);
    List<Way> dropped = new ArrayList<>();
    ways.forEach((key, way) -> {
      if (before.containsKey(key) && !after.containsKey(key)) {
        dropped.add(way);
      }
    });
    return dropped;
  }

  private static void read(Nftables nftables, Map<String, Long> before, Map<String, Long> after) {
    Map<String, Long> into = before;
    for (String line : nftables.runPlain("list table inet " + TABLE).lines().toList()) {
      into = line.contains("chain after") ? after : into;
      Matcher matcher = COUNTED.matcher(line);
      if (matcher.find() && !matcher.group(4).equals("0")) {
        into.put(
            key(matcher.group(1), matcher.group(3), matcher.group(2) != null),
            Long.parseLong(matcher.group(4)));
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A frame to all ports of the bridge and a neighbouring address, or to the world. */
  private static byte[] frame(Way way, MacAddress destination) {
    byte[] from = way.address.getAddress();
    byte[] to = from.clone();
    to[to.length - 1] ^= 1;
    // the node forwards nothing that has no hop left
    byte hops = 1;
    if (way.outward) {
      to = (way.isIpv4() ? IPV4_WORLD : IPV6_WORLD).getAddress();
      hops = 2;
    }
    ByteBuffer frame =
        ByteBuffer.allocate(way.isIpv4() ? 34 : 54).put(destination.bytes()).put(way.mac.bytes());
    if (way.isIpv4()) {
      frame
          .putShort((short) IPV4)
          .put(new byte[] {0x45, 0, 0, 20, 0, 0, 0x40, 0, hops, (byte) PROTOCOL, 0, 0})
          .put(from)
          .put(to);
      frame.putShort(24, headerChecksum(frame));
    } else {
      frame
          .putShort((short) IPV6)
          .putInt(0x60000000)
          .put(new byte[] {0, 0, (byte) PROTOCOL, hops})
          .put(from)
          .put(to);
    }
    return frame.array();
  }

  private static short headerChecksum(ByteBuffer frame) {
    int sum = 0;
    for (int at = 14; at < 34; at += 2) {
      sum += frame.getShort(at) & 0xffff;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (short) ~sum;
  }
}
