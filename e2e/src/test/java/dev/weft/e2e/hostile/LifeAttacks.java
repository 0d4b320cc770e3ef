package dev.weft.e2e.hostile;

import dev.weft.netlink.NetworkNamespace;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Nested namespaces, and resources that a pod keeps after its end. */
final class LifeAttacks {
  private LifeAttacks() {}

  static Map<String, List<Attack>> groups() {
    return Map.of("namespaces", all());
  }

  private static List<Attack> all() {
    return List.of(
        new Attack(
            "holds its interfaces in a namespace within, by a process of its own",
            a -> a.background(nested("for i in eth1 eth2 eth3; do ip link set $i netns $p; done"))),
        new Attack(
            "moves its interface to a namespace within and puts another in its place",
            a ->
                a.background(
                    nested(
                        "ip link set eth1 netns $p; ip link add eth1 type bridge; ip link set eth1"
                            + " up"))),
        new Attack(
            "moves its interface to a namespace within and back for ever",
            a ->
                a.background(
                    nested(
                        "while :; do ip link set eth1 netns $p; nsenter -t $p -n ip link set eth1"
                            + " netns $$; done"))),
        new Attack(
            "makes a pair of links into a namespace within, with its network's mark",
            a ->
                a.background(
                    nested(
                        "ip link add x0 type veth peer name x1 netns $p; ip link set x0 alias weft.dev/%s; "
                                .formatted(a.uid("blue"))
                            + "nsenter -t $p -n ip link set x1 alias weft.dev/"
                            + a.uid("blue")))),
        new Attack(
            "makes a hundred namespaces within",
            a ->
                a.background(
                    "for i in $(seq 100); do unshare -n sleep 100 & ip link add n$i type veth peer"
                        + " name m$i; ip link set m$i netns $!; done; wait")),
        new Attack(
            "numbers namespaces that it can name",
            a -> a.background(nested("for i in $(seq 0 500); do ip netns set $p $i; done"))),
        new Attack(
            "tries to move its interface to its node without rights there",
            a -> {
              long node = a.bed().lab().node(Attacker.NODE).agent().pid();
              boolean moved = a.succeeds("unshare -Ur ip link set eth1 netns " + node);
              a.check(() -> moved ? List.of("its interface is on its node") : List.of());
            }),
        new Attack(
            "opens a thousand sockets for the kernel's notifications",
            a -> {
              for (int i = 0; i < 8; i++) {
                a.background("ip monitor all");
              }
              a.forever("link set lo mtu 1400", "link set lo mtu 1500");
            }),
        new Attack(
            "changes ten things of each kind at once for ever",
            a -> {
              a.forever(
                  IntStream.range(0, 10)
                      .mapToObj(i -> "link add y%1$d type veth peer name z%1$d".formatted(i))
                      .toArray(String[]::new));
              a.forever(
                  IntStream.range(0, 10)
                      .mapToObj("link del y%d"::formatted)
                      .toArray(String[]::new));
              a.forever("addr add 100.64.0.2/32 dev eth2", "addr del 100.64.0.2/32 dev eth2");
              a.forever("route add blackhole 11.0.0.0/8", "route del blackhole 11.0.0.0/8");
            }),
        new Attack(
            "keeps its namespace when its pod ends",
            a -> {
              NetworkNamespace kept = a.namespace().duplicate();
              a.background("exec sleep 100");
              a.check(() -> {
                kept.close();
                return List.of();
              });
            }));
  }

  /** A script that runs with {@code $p}, a process in a nested namespace. */
  private static String nested(String script) {
    return "unshare -n sleep 100 & p=$!; sleep 0.2; %s; wait".formatted(script);
  }
}
