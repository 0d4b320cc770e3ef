package dev.weft.e2e.hostile;

import static dev.weft.e2e.hostile.Frames.ANY;

import dev.weft.e2e.net.Ping;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.Neighbour;
import dev.weft.netlink.rtnl.Netlink;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Frames that a hostile pod sends on its networks. */
final class FrameAttacks {
  static final InetAddress GATEWAY = InetAddress.ofLiteral("172.28.0.1");
  private static final InetAddress ALL_NODES = InetAddress.ofLiteral("ff02::1");
  private static final MacAddress ALL_NODES_MAC = MacAddress.parse("33:33:00:00:00:01");
  private static final MacAddress BPDU = MacAddress.parse("01:80:c2:00:00:00");
  static final MacAddress NOBODY = MacAddress.parse("02:00:00:00:00:99");
  private static final String MARKER = "weft-hostile-frame";

  /** Sends bytes to an address and port as datagrams of a size: UDP_SEGMENT of linux/udp.h. */
  private static final String CUT =
      """
      use Socket;
      socket(S, PF_INET, SOCK_DGRAM, 17) or exit 1;
      setsockopt(S, 17, 103, pack("i", $ARGV[2])) or exit 2;
      for (1 .. 10) {
        send(S, pack("H*", $ARGV[3]), 0, pack_sockaddr_in($ARGV[1], inet_aton($ARGV[0])));
      }
      """;

  private FrameAttacks() {}

  static Map<String, List<Attack>> groups() {
    return new TreeMap<>(
        Map.of(
            "frames: lies",
            lies(),
            "frames: protocols and tunnels",
            Stream.of(protocols(), tunnels()).flatMap(List::stream).toList(),
            "frames: floods",
            FloodAttacks.all().stream().map(Attack::alone).toList()));
  }

  /** The MAC address of web's gateway, as a pod of web learns it. */
  static MacAddress gatewayMac(Attacker attacker) {
    var _ = Ping.once(attacker.namespace(), GATEWAY, Duration.ofSeconds(2));
    try (Netlink netlink = Netlink.open(attacker.namespace())) {
      return netlink.neighbours().stream()
          .filter(each -> GATEWAY.equals(each.address()))
          .map(Neighbour::mac)
          .findFirst()
          .orElseThrow();
    }
  }

  private static List<Attack> lies() {
    return List.of(
        new Attack(
            "claims a victim's address on the bridge by ARP",
            a -> claim(a, "web", "eth2", "web-2")),
        new Attack(
            "claims a victim's address on the overlay by ARP",
            a -> claim(a, "blue", "eth1", "blue-2")),
        new Attack(
                "claims a victim's address on macvlan by ARP",
                a -> claim(a, "lan", "eth3", "lan-2"))
            .harming("lan"),
        new Attack(
            "claims the gateway's address by ARP",
            a -> {
              MacAddress own = a.mac("web");
              a.flood(
                  "eth2",
                  Frames.ethernet(ANY, own, Frames.ARP, Frames.arp(2, own, GATEWAY, ANY, GATEWAY)));
            }),
        new Attack(
            "claims a victim's address by neighbour advertisements",
            a -> {
              a.flood("eth1", advertisement(a.mac("blue"), a.bed().address6("blue-2")));
              a.flood("eth2", advertisement(a.mac("web"), a.bed().address6("web-2")));
            }),
        new Attack(
            "sends from a victim's MAC address on the bridge",
            a -> a.flood("eth2", junk(ANY, a.bed().mac("web-2")))),
        new Attack(
            "sends from a local victim's MAC address on the overlay",
            a -> a.flood("eth1", junk(ANY, a.bed().mac("blue-1")))),
        new Attack(
            "sends from a remote victim's MAC address on the overlay",
            a -> a.flood("eth1", junk(ANY, a.bed().mac("blue-2")))),
        new Attack(
                "sends from a remote victim's MAC address on macvlan",
                a -> a.flood("eth3", junk(ANY, a.bed().mac("lan-2"))))
            .harming("lan"),
        new Attack(
            "sends from the gateway's MAC address", a -> a.flood("eth2", junk(ANY, gatewayMac(a)))),
        new Attack(
            "sends from the addresses of another network",
            a ->
                a.flood(
                    "eth2",
                    Frames.ethernet(
                        gatewayMac(a),
                        a.mac("web"),
                        Frames.IPV4,
                        Frames.datagram(
                            a.bed().address("db-1"), a.bed().address("db-2"), 9, new byte[8])))),
        new Attack(
            "announces itself as a router",
            a ->
                Stream.of("eth1:blue", "eth2:web")
                    .map(each -> each.split(":", 2))
                    .forEach(each -> a.flood(each[0], routerAdvertisement(a.mac(each[1]))))),
        new Attack(
            "redirects a victim by ICMP",
            a -> {
              InetAddress from = a.bed().address("web-1");
              byte[] quoted = Frames.ipv4(from, a.bed().address("web-2"), 1, 64, new byte[8]);
              byte[] rest =
                  ByteBuffer.allocate(4 + quoted.length)
                      .put(a.address("web").getAddress())
                      .put(quoted)
                      .array();
              a.flood(
                  "eth2",
                  Frames.ethernet(
                      a.bed().mac("web-1"),
                      a.mac("web"),
                      Frames.IPV4,
                      Frames.ipv4(GATEWAY, from, 1, 255, Frames.icmp(5, 1, rest))));
            }));
  }

  private static void claim(Attacker a, String network, String link, String victim) {
    MacAddress own = a.mac(network);
    InetAddress address = a.bed().address(victim);
    a.flood(
        link,
        Frames.ethernet(ANY, own, Frames.ARP, Frames.arp(2, own, address, ANY, address)),
        Frames.ethernet(ANY, own, Frames.ARP, Frames.arp(1, own, address, ANY, address)));
  }

  /** RFC 4861, 4.4, with the override flag. */
  private static byte[] advertisement(MacAddress own, InetAddress victim) {
    byte[] rest =
        ByteBuffer.allocate(28)
            .putInt(0x20000000)
            .put(victim.getAddress())
            .put((byte) 2)
            .put((byte) 1)
            .put(own.bytes())
            .array();
    return Frames.ethernet(
        ALL_NODES_MAC, own, Frames.IPV6, Frames.icmpv6(victim, ALL_NODES, 136, rest));
  }

  /** RFC 4861, 4.2, with a prefix for addresses. */
  private static byte[] routerAdvertisement(MacAddress own) {
    byte[] rest =
        ByteBuffer.allocate(44)
            .put((byte) 64)
            .put((byte) 0)
            .putShort((short) 1800)
            .putInt(0)
            .putInt(0)
            .put((byte) 3)
            .put((byte) 4)
            .put((byte) 64)
            .put((byte) 0xc0)
            .putInt(3600)
            .putInt(3600)
            .putInt(0)
            .put(InetAddress.ofLiteral("fdbb::").getAddress())
            .array();
    return Frames.ethernet(
        ALL_NODES_MAC,
        own,
        Frames.IPV6,
        Frames.icmpv6(InetAddress.ofLiteral("fe80::bad"), ALL_NODES, 134, rest));
  }

  static byte[] junk(MacAddress to, MacAddress from) {
    return Frames.ethernet(to, from, 0x88b5, MARKER.getBytes(StandardCharsets.US_ASCII));
  }

  private static List<Attack> protocols() {
    return List.of(
        new Attack(
            "answers as a DHCP server",
            a ->
                a.flood(
                    "eth2",
                    Frames.ethernet(
                        ANY,
                        a.mac("web"),
                        Frames.IPV4,
                        Frames.ipv4(
                            GATEWAY,
                            InetAddress.ofLiteral("255.255.255.255"),
                            17,
                            64,
                            Frames.udp(67, 68, new byte[300]))))),
        new Attack(
            "becomes the root of the spanning tree",
            a -> {
              byte[] bpdu = new byte[38];
              ByteBuffer.wrap(bpdu).putShort((short) 0x4242).put((byte) 3);
              bpdu[7] = 1;
              for (String link : List.of("eth1", "eth2", "eth3")) {
                a.flood(link, Frames.ethernet(BPDU, NOBODY, bpdu.length, bpdu));
              }
            }),
        new Attack(
            "pauses its neighbours and speaks LLDP and LACP",
            a ->
                a.flood(
                    "eth2",
                    Frames.ethernet(
                        MacAddress.parse("01:80:c2:00:00:01"),
                        NOBODY,
                        0x8808,
                        (byte) 0,
                        (byte) 1,
                        (byte) -1,
                        (byte) -1),
                    Frames.ethernet(
                        MacAddress.parse("01:80:c2:00:00:0e"), NOBODY, 0x88cc, new byte[46]),
                    Frames.ethernet(
                        MacAddress.parse("01:80:c2:00:00:02"), NOBODY, 0x8809, new byte[110]))),
        new Attack(
            "tags frames once and twice",
            a -> {
              ByteBuffer tags = ByteBuffer.allocate(64);
              tags.putShort((short) 1)
                  .putShort((short) 0x8100)
                  .putShort((short) 77)
                  .putShort((short) 0x88b5);
              for (String link : List.of("eth1", "eth2", "eth3")) {
                a.flood(
                    link,
                    Frames.ethernet(ANY, NOBODY, 0x8100, tags.array()),
                    Frames.ethernet(ANY, NOBODY, 0x88a8, tags.array()));
              }
            }),
        new Attack(
            "sends fragments that are never completed",
            a ->
                a.flood(
                    "eth2",
                    IntStream.range(0, 64)
                        .mapToObj(i ->
                            Frames.ethernet(
                                gatewayMac(a),
                                a.mac("web"),
                                Frames.IPV4,
                                Frames.ipv4(
                                    a.address("web"), GATEWAY, 17, 64, 0x2000 | i, new byte[512])))
                        .toArray(byte[][]::new))),
        new Attack(
            "sends packets that die on the way",
            a ->
                a.flood(
                    "eth2",
                    Frames.ethernet(
                        gatewayMac(a),
                        a.mac("web"),
                        Frames.IPV4,
                        Frames.ipv4(
                            a.address("web"),
                            InetAddress.ofLiteral("198.51.100.1"),
                            17,
                            1,
                            Frames.udp(1, 9))))),
        new Attack(
            "sends frames that are too long",
            a -> {
              a.run("ip link set eth1 mtu 65535; ip link set eth2 mtu 65535");
              for (String link : List.of("eth1", "eth2")) {
                a.flood(
                    link,
                    Frames.ethernet(ANY, NOBODY, 0x88b5, new byte[9000]),
                    Frames.ethernet(ANY, NOBODY, 0x88b5, new byte[60_000]));
              }
            }));
  }

  private static List<Attack> tunnels() {
    return List.of(
        new Attack(
            "sends a frame for another overlay to its node's tunnel port",
            a -> inject(a, "eth2", "web", "weft-1", "red-1")),
        new Attack(
            "sends a frame for another overlay to another node's tunnel port",
            a -> inject(a, "eth2", "web", "weft-2", "red-2")),
        new Attack(
            "sends a frame for another overlay behind one for none, in a datagram to be cut",
            a -> injectBehindAnother(a, "weft-2", "red-2")),
        new Attack(
            "sends a frame for another overlay to its node's gateway address",
            a -> {
              a.mustNotReach("red-1", MARKER);
              a.flood("eth2", tunnelled(a, "web", gatewayMac(a), GATEWAY));
            }),
        new Attack(
            "sends a frame for another overlay by macvlan",
            a -> {
              InetAddress node = a.bed().lab().node("weft-2").address();
              var _ = Ping.once(a.namespace(), node, Duration.ofSeconds(2));
              a.mustNotReach("red-2", MARKER);
              a.flood("eth3", tunnelled(a, "lan", ANY, node));
            }));
  }

  private static void inject(Attacker a, String link, String network, String node, String victim) {
    a.mustNotReach(victim, MARKER);
    a.flood(link, tunnelled(a, network, gatewayMac(a), a.bed().lab().node(node).address()));
  }

  private static void injectBehindAnother(Attacker a, String node, String victim) {
    a.mustNotReach(victim, MARKER);
    byte[] none = Frames.vxlan(1, junk(ANY, NOBODY));
    byte[] hidden = Frames.vxlan(a.bed().vni("red"), junk(ANY, NOBODY));
    a.run(
        "perl -e '%s' %s %d %d %s"
            .formatted(
                CUT,
                a.bed().lab().node(node).address().getHostAddress(),
                a.bed().port("red"),
                none.length,
                HexFormat.of().formatHex(none) + HexFormat.of().formatHex(hidden)));
  }

  private static byte[] tunnelled(Attacker a, String network, MacAddress to, InetAddress node) {
    byte[] inner = Frames.vxlan(a.bed().vni("red"), junk(ANY, NOBODY));
    return Frames.ethernet(
        to,
        a.mac(network),
        Frames.IPV4,
        Frames.datagram(a.address(network), node, a.bed().port("red"), inner));
  }
}
