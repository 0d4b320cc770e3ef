package dev.weft.e2e.hostile;

import static dev.weft.e2e.hostile.Attack.loop;
import static dev.weft.e2e.hostile.Attack.script;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Attacks with addresses, routes, rules, neighbours, filters and settings. */
final class TableAttacks {
  private TableAttacks() {}

  static Map<String, List<Attack>> groups() {
    return new TreeMap<>(
        Map.of(
            "tables: routes",
            routes().stream().map(Attack::acrossRestart).map(TableAttacks::sized).toList(),
            "tables: addresses and neighbours",
            Stream.of(addresses(), neighbours())
                .flatMap(List::stream)
                .map(TableAttacks::sized)
                .toList(),
            "tables: filters and settings",
            Stream.of(filters(), settings())
                .flatMap(List::stream)
                .map(TableAttacks::sized)
                .toList()));
  }

  /** Attacks that create thousands of objects use much of the machine. */
  private static Attack sized(Attack attack) {
    boolean large = attack.name().contains("thousand") || attack.name().startsWith("fills");
    return large ? attack.alone() : attack;
  }

  private static List<Attack> addresses() {
    return List.of(
        new Attack(
            "takes the addresses of victims",
            a ->
                a.run(
                    "ip addr add %s/24 dev eth1; ip addr add %s/24 dev eth2; ip addr add %s/24 dev eth3"
                        .formatted(
                            a.bed().address("blue-2").getHostAddress(),
                            a.bed().address("web-2").getHostAddress(),
                            a.bed().address("lan-2").getHostAddress()))),
        new Attack(
            "takes the IPv6 addresses of victims",
            a ->
                a.run(
                    "ip addr add %s/64 dev eth1 nodad; ip addr add %s/64 dev eth2 nodad"
                        .formatted(
                            a.bed().address6("blue-2").getHostAddress(),
                            a.bed().address6("web-2").getHostAddress()))),
        script(
            "takes the address of the gateway",
            "ip addr add 172.28.0.1/24 dev eth2; ip addr add fd28::1/64 dev eth2 nodad"),
        script(
            "drops its addresses",
            "ip addr flush dev eth1; ip addr flush dev eth2; ip addr flush dev eth3"),
        new Attack(
            "takes ten thousand addresses",
            a ->
                a.batch(
                    IntStream.range(0, 10_000)
                        .mapToObj(
                            i -> "addr add 100.64.%d.%d/32 dev eth1".formatted(i >> 8, i & 255)))),
        loop(
            "adds and drops an address for ever",
            "addr add 100.64.0.1/32 dev eth1",
            "addr del 100.64.0.1/32 dev eth1"),
        new Attack(
            "joins ten thousand groups",
            a ->
                a.batch(
                    IntStream.range(0, 10_000)
                        .mapToObj(i ->
                            "maddr add 33:33:00:00:%02x:%02x dev eth1"
                                .formatted(i >> 8, i & 255)))));
  }

  private static List<Attack> routes() {
    return List.of(
        script(
            "makes mapped IPv4 addresses unreachable", "ip -6 route add unreachable ::ffff:0:0/96"),
        script(
            "makes routes of every odd kind",
            "ip -6 route add blackhole ::ffff:10.0.0.0/104; ip route add blackhole 240.0.0.0/4; ip"
                + " route add prohibit 10.99.0.0/16; ip route add throw 10.98.0.0/16; ip -6 route"
                + " add unreachable ::/96; ip route add local 10.97.0.0/16 dev lo; ip route add"
                + " broadcast 10.96.0.255 dev eth1; ip route add 10.95.0.0/16 dev eth1 table"
                + " 2003134068; ip route add 10.94.0.0/16 dev eth1 proto 119 metric 4294967295; ip"
                + " route add multicast 239.0.0.0/8 dev eth1 || true"),
        script(
            "makes routes over several ways, next hops and other families",
            "ip route add 10.93.0.0/16 nexthop via 10.10.0.1 dev eth1 onlink nexthop via 172.28.0.1"
                + " dev eth2 onlink; ip nexthop add id 1 blackhole; ip nexthop add id 2 dev eth1;"
                + " ip route add 10.92.0.0/16 nhid 1; ip route add 10.91.0.0/16 via inet6 fe80::1"
                + " dev eth1; ip nexthop add id 3 group 2"),
        new Attack(
            "makes a hundred thousand routes",
            a ->
                a.batch(
                    IntStream.range(0, 100_000)
                        .mapToObj(i ->
                            "route add blackhole 11.%d.%d.%d"
                                .formatted(i >> 16, (i >> 8) & 255, i & 255)))),
        loop(
            "adds and drops a route for ever",
            "route add 11.0.0.0/8 dev eth1",
            "route del 11.0.0.0/8 dev eth1"),
        script(
            "drops all its routes",
            "ip route flush table main; ip route flush table local; ip -6 route flush table main;"
                + " ip -6 route flush table local"),
        new Attack(
            "sends everything elsewhere",
            a ->
                a.run(
                    "ip route replace 0.0.0.0/0 dev eth1; ip -6 route replace ::/0 dev eth1; ip"
                        + " route replace blackhole 10.10.0.0/16")),
        new Attack(
            "makes five thousand rules",
            a ->
                a.batch(
                    IntStream.range(0, 5_000)
                        .mapToObj(i ->
                            "rule add pref %d from 11.0.%d.%d table 7"
                                .formatted(i + 1, i >> 8, i & 255)))),
        script(
            "refuses everything by rule, and drops the rules of the kernel",
            "ip rule add pref 0 blackhole; ip -6 rule add pref 0 blackhole; ip rule del pref 32766;"
                + " ip -6 rule del pref 32766; ip rule add pref 5 fwmark 0x77656674 unreachable"));
  }

  private static List<Attack> neighbours() {
    return List.of(
        new Attack(
            "tells itself lies about its neighbours",
            a ->
                a.run(
                    "ip neigh replace %s lladdr 02:00:00:00:00:99 dev eth1 nud permanent; ip neigh replace 172.28.0.1 lladdr 02:00:00:00:00:99 dev eth2 nud permanent"
                        .formatted(a.bed().address("blue-2").getHostAddress()))),
        new Attack(
            "makes ten thousand neighbours that stay",
            a ->
                a.batch(
                    IntStream.range(0, 10_000)
                        .mapToObj(i ->
                            "neigh add 100.64.%d.%d lladdr 02:00:00:00:00:01 dev eth1 nud permanent"
                                .formatted(i >> 8, i & 255)))),
        new Attack(
            "fills the kernel's table of neighbours",
            a ->
                a.batch(
                    IntStream.range(0, 5_000)
                        .mapToObj(i ->
                            "neigh replace 100.64.%d.%d lladdr 02:00:00:00:00:01 dev eth1 nud reachable"
                                .formatted(i >> 8, i & 255)))),
        loop(
            "adds and drops a neighbour for ever",
            "neigh replace 100.64.0.1 lladdr 02:00:00:00:00:01 dev eth1 nud permanent",
            "neigh del 100.64.0.1 dev eth1"),
        script(
            "answers for the neighbours of others",
            "ip neigh add proxy 172.28.0.1 dev eth2; for i in $(seq 2 250); do ip neigh add proxy"
                + " 172.28.0.$i dev eth2; ip neigh add proxy 10.10.0.$i dev eth1; done; echo 1 >"
                + " /proc/sys/net/ipv4/conf/all/proxy_arp; echo 1 >"
                + " /proc/sys/net/ipv4/conf/all/forwarding"));
  }

  private static List<Attack> filters() {
    return List.of(
        script(
            "makes tables of the agents' name in every family",
            "for f in ip ip6 inet bridge arp; do nft add table $f weft 2>/dev/null || true; nft add"
                + " chain $f weft x '{ type filter hook input priority 0; policy drop; }'; done"),
        script("flushes the table of services", "nft flush ruleset"),
        new Attack(
            "flushes the table of services for ever",
            a -> a.background("while :; do nft flush ruleset; done")),
        script(
            "writes into the table of services",
            "nft add table inet weft; nft add chain inet weft mine; nft add rule inet weft mine"
                + " drop; nft add map inet weft junk '{ type ipv4_addr : verdict; }'"),
        new Attack(
            "owns the table of services by a socket",
            a -> {
              a.run("nft delete table inet weft 2>/dev/null || true");
              a.background("(echo 'add table inet weft { flags owner; }'; sleep 100) | nft -i");
            }),
        script(
            "filters what its interface receives",
            "nft add table netdev weft; nft add chain netdev weft in '{ type filter hook ingress"
                + " device eth1 priority 0; policy drop; }'"),
        new Attack(
            "makes a table of ten thousand elements",
            a ->
                a.run(
                    "nft add table inet weft; nft add set inet weft many '{ type ipv4_addr; }'; seq"
                        + " 0 9999 | awk 'BEGIN { printf \"add element inet weft many {\" } {"
                        + " printf \"%s11.0.%d.%d\", NR > 1 ? \",\" : \"\", $1 / 256, $1 % 256 }"
                        + " END { print \"}\" }' | nft -f -")),
        new Attack(
                "makes a set that nft cannot print",
                a -> a.netfilter(RawTables.table("trap"), RawTables.unprintableSet("trap", "set")))
            .acrossRestart(),
        new Attack(
                "makes five hundred tables",
                a -> a.netfilter(names().map(RawTables::table).toArray(byte[][]::new)))
            .acrossRestart(),
        new Attack(
            "makes and drops hundreds of tables for ever",
            a ->
                a.repeat(() -> {
                  a.netfilter(names().map(RawTables::table).toArray(byte[][]::new));
                  a.netfilter(names().map(RawTables::noTable).toArray(byte[][]::new));
                })),
        script(
            "blocks everything by IPsec policies",
            "for d in in out fwd; do ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir $d action"
                + " block; ip xfrm policy add src ::/0 dst ::/0 dir $d action block; done"),
        new Attack(
            "makes five thousand IPsec policies",
            a ->
                a.batch(
                    IntStream.range(0, 5_000)
                        .mapToObj(i ->
                            "xfrm policy add src 11.0.%d.%d dst 0.0.0.0/0 dir out action block"
                                .formatted(i >> 8, i & 255)))));
  }

  private static Stream<String> names() {
    return IntStream.range(0, 500).mapToObj("t%d"::formatted);
  }

  private static List<Attack> settings() {
    return List.of(
        setting("switches IPv6 off", "ipv6/conf/all/disable_ipv6", 1),
        loop6(),
        new Attack(
            "answers ARP for everybody",
            a ->
                a.run(
                    "cd /proc/sys/net/ipv4; echo 1 > ip_forward; for i in eth1 eth2; do echo 1 >"
                        + " conf/$i/proxy_arp; echo 1 > conf/$i/proxy_arp_pvlan; echo 0 >"
                        + " neigh/$i/proxy_delay; done; ip route replace default dev eth3")),
        new Attack(
            "becomes a router with every check off",
            a ->
                a.run(
                    "cd /proc/sys/net; echo 1 > ipv4/ip_forward; echo 1 > ipv6/conf/all/forwarding;"
                        + " for i in all eth1 eth2; do echo 0 > ipv4/conf/$i/rp_filter; echo 1 >"
                        + " ipv4/conf/$i/accept_local; echo 1 > ipv4/conf/$i/route_localnet; echo 1"
                        + " > ipv4/conf/$i/send_redirects; done")),
        new Attack(
            "sets ARP and autoconfiguration against all custom",
            a ->
                a.run(
                    "cd /proc/sys/net; for i in all eth1 eth2; do echo 8 > ipv4/conf/$i/arp_ignore;"
                        + " echo 2 > ipv4/conf/$i/arp_announce; echo 1 > ipv4/conf/$i/arp_accept;"
                        + " echo 2 > ipv6/conf/$i/accept_ra; echo 2 > ipv6/conf/$i/use_tempaddr;"
                        + " echo 1 > ipv6/conf/$i/drop_unicast_in_l2_multicast; done")));
  }

  private static Attack setting(String name, String file, int value) {
    return Attack.script(name, "echo %d > /proc/sys/net/%s".formatted(value, file));
  }

  private static Attack loop6() {
    return new Attack(
        "switches IPv6 off and on for ever",
        a ->
            a.background(
                "while :; do echo 1 > /proc/sys/net/ipv6/conf/eth1/disable_ipv6; echo 0 >"
                    + " /proc/sys/net/ipv6/conf/eth1/disable_ipv6; done"));
  }
}
