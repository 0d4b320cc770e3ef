package dev.weft.e2e.hostile;

import static dev.weft.e2e.hostile.Attack.loop;
import static dev.weft.e2e.hostile.Attack.script;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.HostNetwork;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Netlink;
import io.fabric8.kubernetes.api.model.Condition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Attacks with interfaces, their names and their marks. */
final class LinkAttacks {
  /** The group of links that an agent creates: "weft". */
  private static final String GROUP = "0x77656674";

  private static final String MARKER = "no frame of ours";

  /**
   * RTM_SETLINK: the link {@code $ARGV[0]} goes to namespace 0, into the bridge of index {@code
   * $ARGV[1]}, and comes up; its status is the errno.
   */
  private static final String MOVE =
      """
      socket(S, 16, 3, 0) or exit 255;
      my ($index) = map { /^(\\d+): \\Q$ARGV[0]\\E(?:\\@|:)/ ? $1 : () } qx(ip -o link);
      my $body = pack("C x S l L L", 0, 0, $index, 1, 1);
      $body .= pack("S S l S S L", 8, 46, 0, 8, 10, $ARGV[1]);
      send(S, pack("L S S L L", 16 + length($body), 19, 5, 1, 0) . $body, 0) or exit 255;
      recv(S, my $answer, 65536, 0);
      exit -unpack("x16 l", $answer);
      """;

  private LinkAttacks() {}

  static Map<String, List<Attack>> groups() {
    return new TreeMap<>(
        Map.of(
            "links: marks and names",
            Stream.of(marks(), names()).flatMap(List::stream).map(Attack::acrossRestart).toList(),
            "links: state",
            state(),
            "links: ports of other networks",
            ports(),
            "links: devices",
            devices().stream().map(Attack::alone).toList()));
  }

  private static List<Attack> marks() {
    return List.of(
        script("puts lo into the agents' group", "ip link set lo group " + GROUP),
        script("puts its interface into the agents' group", "ip link set eth1 group " + GROUP),
        script(
            "makes a pair of links in the agents' group",
            "ip link add x0 group %1$s type veth peer name x1; ip link set x1 group %1$s"
                .formatted(GROUP)),
        loop(
            "moves lo in and out of the agents' group for ever",
            "link set lo group " + GROUP,
            "link set lo group 0"),
        new Attack(
            "marks lo as a device of its network",
            a -> a.run("ip link set lo alias weft.dev/" + a.uid("blue"))),
        new Attack(
            "marks a bridge as another network's",
            a ->
                a.run("ip link add x0 type bridge; ip link set x0 alias weft.dev/" + a.uid("red"))),
        new Attack(
            "marks a bridge as another network's in the agents' group",
            a ->
                a.run(
                    "ip link add x0 group %s type bridge; ip link set x0 alias weft.dev/%s"
                        .formatted(GROUP, a.uid("db")))),
        new Attack(
            "gives lo and a new link the mark of its own interface",
            a ->
                a.run(
                    "mark=$(cat /sys/class/net/eth1/ifalias 2>/dev/null || ip -d link show eth1 |"
                        + " sed -n 's/ *alias //p'); ip link set lo alias \"$mark\"; ip link add x0"
                        + " type bridge; ip link set x0 alias \"$mark\"")),
        script(
            "takes the mark off its interfaces",
            "for i in eth1 eth2 eth3; do ip link set $i alias ''; done"),
        new Attack(
            "swaps the marks of its interfaces",
            a ->
                a.run(
                    "one=$(ip -d link show eth1 | sed -n 's/ *alias //p'); two=$(ip -d link show"
                        + " eth2 | sed -n 's/ *alias //p'); ip link set eth1 alias \"$two\"; ip"
                        + " link set eth2 alias \"$one\"")),
        script(
            "writes marks of 255 bytes",
            "mark=weft.dev/$(printf 'x%.0s' $(seq 246)); ip link set lo alias $mark; ip link set"
                + " eth1 alias $mark"),
        script(
            "writes marks that are no text",
            "ip link set lo alias \"$(printf 'weft.dev/\\377\\376\\001\\n')\"; ip link set eth2"
                + " alias \"$(printf '\\360\\237\\222\\243')\""),
        new Attack(
            "rewrites marks for ever",
            a ->
                a.forever(
                    "link set eth1 alias weft.dev/" + a.uid("red"),
                    "link set eth1 alias none",
                    "link set lo alias weft.dev/" + a.uid("blue"))));
  }

  private static List<Attack> names() {
    return List.of(
        script(
            "renames its interface",
            "ip link set eth1 down; ip link set eth1 name mine; ip link set mine up"),
        script(
            "swaps the names of two interfaces",
            "for i in eth1 eth2; do ip link set $i down; done; ip link set eth1 name x; ip link set"
                + " eth2 name eth1; ip link set x name eth2; for i in eth1 eth2; do ip link set $i"
                + " up; done"),
        loop(
            "renames its interface for ever",
            "link set eth1 down",
            "link set eth1 name mine",
            "link set mine name eth1",
            "link set eth1 up"),
        script(
            "makes links with odd names",
            "ip link add \"w\u00e9ft'\\\"\" type bridge; ip link add '$(reboot)' type bridge; ip"
                + " link add '%d%n' type bridge || ip link add '-rf' type bridge; ip link add weft0"
                + " type bridge; ip link add eth0 type bridge"),
        script(
            "gives interfaces further names",
            "ip link property add dev eth1 altname weft-blue; ip link property add dev lo altname"
                + " $(printf 'x%.0s' $(seq 127))"),
        script(
            "puts a link of its own in its interface's place, with its name, index and mark",
            "i=$(cat /proc/self/net/dev >/dev/null; ip -o link show eth1 | cut -d: -f1); mark=$(ip"
                + " -d link show eth1 | sed -n 's/ *alias //p'); ip link del eth1; ip link add eth1"
                + " index $i type bridge; ip link set eth1 alias \"$mark\"; ip link set eth1 up"));
  }

  private static List<Attack> state() {
    return List.of(
        script("deletes its interfaces", "for i in eth1 eth2 eth3; do ip link del $i; done"),
        script(
            "sets its interfaces down", "for i in eth1 eth2 eth3 lo; do ip link set $i down; done"),
        loop(
            "sets its interfaces down and up for ever",
            "link set eth1 down",
            "link set eth1 up",
            "link set eth2 down",
            "link set eth2 up"),
        script("sets the smallest MTU", "for i in eth1 eth2; do ip link set $i mtu 68; done"),
        script(
            "sets the largest MTU",
            "for i in eth1 eth2; do ip link set $i mtu 65535; done; ip link set lo mtu 68"),
        loop("changes the MTU for ever", "link set eth1 mtu 1300", "link set eth1 mtu 1400"),
        new Attack(
            "takes the MAC address of a victim on the overlay",
            a -> {
              a.run("ip link set eth1 address " + a.bed().mac("blue-2"));
              a.run("ip link set eth1 up");
            }),
        new Attack(
            "takes the MAC address of a victim on the bridge",
            a -> a.run("ip link set eth2 address " + a.bed().mac("web-2"))),
        new Attack(
                "takes the MAC address of a victim on macvlan",
                a -> {
                  if (a.succeeds("ip link set eth3 address " + a.bed().mac("lan-2"))) {
                    a.run("ping -c1 -W1 192.168.77.254 || true");
                  }
                })
            .harming("lan"),
        new Attack(
            "takes the MAC address of the gateway",
            a -> a.run("ip link set eth2 address " + FrameAttacks.gatewayMac(a))),
        loop(
            "changes its MAC address for ever",
            "link set eth1 address 02:00:00:00:00:01",
            "link set eth1 address 02:00:00:00:00:02"),
        script(
            "listens to everything",
            "for i in eth1 eth2 eth3; do ip link set $i promisc on allmulticast on; done"),
        script("answers no ARP", "for i in eth1 eth2 eth3; do ip link set $i arp off; done"));
  }

  private static List<Attack> ports() {
    return List.of(
        new Attack("puts a port into another bridge network", a -> port(a, "db")),
        new Attack("puts a port into another overlay", a -> port(a, "red")));
  }

  /**
   * Adds a port to the bridge of a network that the pod is not on. The kernel allows this in a pod
   * without its own user namespace.
   */
  private static void port(Attacker a, String network) {
    String port = "evil-" + network;
    MacAddress own = MacAddress.parse("02:00:00:00:00:66");
    int bridge = bridge(a, network);
    a.run(
        "ip link add x0 type veth peer name %s; ip link set x0 address %s up; perl -e '%s' %s %d"
            .formatted(port, own, MOVE, port, bridge));
    await(port + " is told of")
        .atMost(Duration.ofSeconds(20))
        .until(() -> drift(a, network).contains(port));
    String victim = network + "-1";
    a.mustNotReach(network + "-1", MARKER);
    a.mustNotReach(network + "-2", MARKER);
    a.flood(
        "x0",
        Frames.ethernet(Frames.ANY, own, 0x88b5, MARKER.getBytes(StandardCharsets.US_ASCII)),
        Frames.ethernet(
            a.bed().mac(victim), own, 0x88b5, MARKER.getBytes(StandardCharsets.US_ASCII)),
        Frames.ethernet(
            Frames.ANY,
            a.bed().mac(victim),
            Frames.ARP,
            Frames.arp(
                2,
                a.bed().mac(victim),
                a.bed().address(victim),
                Frames.ANY,
                a.bed().address(network + "-2"))),
        Frames.ethernet(
            MacAddress.parse("01:80:c2:00:00:0e"), a.bed().mac(victim), 0x88cc, new byte[46]));
  }

  private static int bridge(Attacker a, String network) {
    String mark = "weft.dev/" + a.uid(network);
    try (Netlink netlink = Netlink.open(a.bed().lab().node(Attacker.NODE).namespace())) {
      return netlink.links().stream()
          .filter(each -> each.kind() instanceof LinkKind.Bridge && each.alias().equals(mark))
          .findFirst()
          .orElseThrow()
          .index();
    }
  }

  /** Message of the network's drift on the node. */
  private static String drift(Attacker a, String network) {
    return a
        .bed()
        .lab()
        .client()
        .resources(HostNetwork.class)
        .withName(network + "." + Attacker.NODE)
        .get()
        .getStatus()
        .conditions()
        .stream()
        .filter(each -> each.getType().equals(Conditions.DRIFTED))
        .map(Condition::getMessage)
        .collect(Collectors.joining());
  }

  private static List<Attack> devices() {
    return List.of(
        new Attack(
            "makes a thousand links",
            a ->
                a.batch(
                    IntStream.range(0, 500)
                        .mapToObj(i -> "link add v%1$d type veth peer name w%1$d".formatted(i)))),
        loop(
            "makes and deletes links for ever",
            "link add x0 type veth peer name x1",
            "link del x0"),
        script(
            "joins its networks by a bridge of its own",
            "ip link add x0 type bridge; ip link set x0 up; ip addr flush dev eth1; ip addr flush"
                + " dev eth2; ip link set eth1 master x0; ip link set eth2 master x0"),
        script(
            "bridges its interface to a loop of links, which its traffic fills",
            "ip link add x0 type bridge stp_state 0; ip link add x1 type bridge; sysctl -qw"
                + " net.ipv6.conf.default.disable_ipv6=1; ip link add l0 type veth peer name l1; ip"
                + " link add l2 type veth peer name l3; for l in l0 l2; do tc qdisc add dev $l root"
                + " tbf rate 8mbit burst 3000 latency 5ms; ip link set $l master x0; done; for l in"
                + " l1 l3; do tc qdisc add dev $l root tbf rate 8mbit burst 3000 latency 5ms; ip"
                + " link set $l master x1; done; ip link set eth2 master x0; for l in l0 l1 l2 l3"
                + " x0 x1; do ip link set $l up; done"),
        new Attack(
            "makes a tunnel of another network's number and port",
            a ->
                a.run(
                    "ip link add x0 type vxlan id %d dstport %d local %s; ip link set x0 up"
                        .formatted(
                            a.bed().vni("red"),
                            a.bed().port("red"),
                            a.address("web").getHostAddress()))),
        script(
            "makes macvlan links on its interface",
            "for i in $(seq 50); do ip link add m$i link eth1 type macvlan; ip link set m$i up;"
                + " done"),
        script(
            "makes VLAN links on its interface",
            "ip link add link eth1 name eth1.7 type vlan id 7; ip link set eth1.7 up"),
        script(
            "bonds its interfaces",
            "ip link add x0 type bond; ip link set eth1 down; ip link set eth1 master x0"),
        new Attack(
            "makes a tap with another network's mark",
            a ->
                a.run(
                    "ip tuntap add x0 mode tap; ip link set x0 alias weft.dev/%s up"
                        .formatted(a.uid("red")))),
        script(
            "shapes and drops what its interfaces send",
            "tc qdisc add dev eth2 root netem loss 100% || tc qdisc add dev eth2 root tbf rate"
                + " 8kbit burst 1540 latency 1s"),
        script(
            "redirects what its interfaces receive back to where it came from",
            "for i in eth1 eth2; do tc qdisc add dev $i clsact; tc filter add dev $i ingress"
                + " matchall action mirred egress redirect dev $i; done"));
  }
}
