package dev.weft.agent.dataplane.kernel;

import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.nft.Nftables;
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
 * Probes whether the node's own firewall drops packets between pods of one bridge. With {@code
 * net.bridge.bridge-nf-call-iptables} at 1, such packets traverse the forward chains of all
 * programs, {@code iptables-legacy} included.
 *
 * <p>The rules alone do not show what happens to a packet, so the probe sends one. It is an IP
 * packet of an experimental protocol, from a sandbox to all ports of its bridge. A temporary table
 * counts the packet before all other chains. After them it counts and drops it, so the packet
 * arrives nowhere.
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
      Pattern.compile("iifname \"([^\"]+)\" .*nfproto (ipv[46]) .*counter packets (\\d+) ");

  private FirewallProbe() {}

  /**
   * A path through a bridge.
   *
   * @param bridge name of the bridge
   * @param sandbox file of the sandbox that sends the packet
   * @param link index of its interface there
   * @param mac MAC address of that interface
   * @param address of that interface
   */
  public record Way(String bridge, String sandbox, int link, MacAddress mac, InetAddress address) {
    public boolean isIpv4() {
      return address instanceof Inet4Address;
    }

    private String key() {
      return bridge + (isIpv4() ? " ipv4" : " ipv6");
    }

    private String rule(String verdict) {
      return """
          iifname "%1$s" oifname "%1$s" meta nfproto %2$s meta l4proto %3$d counter %4$s
      """
          .formatted(bridge, isIpv4() ? "ipv4" : "ipv6", PROTOCOL, verdict);
    }
  }

  /** Whether bridged packets traverse the forward chains. */
  public static boolean isNeeded(HostKernel kernel, boolean ipv4) {
    return kernel.setting(SETTINGS + (ipv4 ? "iptables" : "ip6tables")).equals("1");
  }

  /** Returns the ways on which packets are dropped. */
  public static List<Way> dropped(HostKernel kernel, Collection<Way> all) {
    Map<String, Way> ways = new HashMap<>();
    all.forEach(way -> ways.putIfAbsent(way.key(), way));
    ways.values().removeIf(way -> !isNeeded(kernel, way.isIpv4()));
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
      if (sandbox.isPresent()) {
        try (PacketSocket socket =
            PacketSocket.open(sandbox.get().namespace(), way.link, way.isIpv4() ? IPV4 : IPV6)) {
          socket.send(frame(way));
        }
      }
    } catch (NetlinkException unsent) {
      // the count before the firewall is then zero
    }
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
      if (matcher.find() && !matcher.group(3).equals("0")) {
        into.put(matcher.group(1) + " " + matcher.group(2), Long.parseLong(matcher.group(3)));
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

  /** A frame to all ports of the bridge, addressed to the sender's neighbouring address. */
  private static byte[] frame(Way way) {
    byte[] from = way.address.getAddress();
    byte[] to = from.clone();
    to[to.length - 1] ^= 1;
    ByteBuffer frame =
        ByteBuffer.allocate(way.isIpv4() ? 34 : 54)
            .put(MacAddress.BROADCAST.bytes())
            .put(way.mac.bytes());
    if (way.isIpv4()) {
      frame
          .putShort((short) IPV4)
          .put(new byte[] {0x45, 0, 0, 20, 0, 0, 0x40, 0, 1, (byte) PROTOCOL, 0, 0})
          .put(from)
          .put(to);
      frame.putShort(24, headerChecksum(frame));
    } else {
      frame
          .putShort((short) IPV6)
          .putInt(0x60000000)
          .put(new byte[] {0, 0, (byte) PROTOCOL, 1})
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
