package dev.weft.e2e.hostile;

import static dev.weft.e2e.hostile.Write.ignored;
import static dev.weft.e2e.hostile.Write.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes to objects of nodes with a stolen token. */
final class NodeWrites {
  private static final String KEY =
      "{epoch: %d, generation: 0, publicKey: '" + "A".repeat(43) + "='}";
  private static final String NETWORKS = "hostnetworks";
  private static final String NODES = "meshnodes";

  private NodeWrites() {}

  static List<Write> hostNetworks() {
    String db =
        "{spec: {network: db, networkUid: '%s', node: %s, driver: bridge, subnets: [{cidr:"
            + " 10.10.0.0/24, gateway: $victim}]}}";
    return List.of(
        refused(
            "a HostNetwork of another node",
            "create",
            NETWORKS,
            "db.weft-9",
            db.formatted("$db", "weft-9")),
        ignored(
            "a HostNetwork of another node that says its own",
            "create",
            NETWORKS,
            "db.weft-2x",
            db.formatted("$db", "weft-1")),
        ignored(
            "a HostNetwork of its own node by another name",
            "create",
            NETWORKS,
            "elsewhere",
            db.formatted("$db", "weft-1")),
        ignored(
            "a HostNetwork of a network that is none",
            "create",
            NETWORKS,
            "nosuch.weft-1",
            "{spec: {network: nosuch, networkUid: no, node: weft-1, driver: bridge, subnets:"
                + " [{cidr: 10.66.0.0/24}]}}"),
        refused(
            "its own HostNetwork with another VNI",
            "update",
            NETWORKS,
            "blue.weft-1",
            "{spec: {overlay: {vni: $redVni}}}"),
        refused(
            "its own HostNetwork with another node's label",
            "update",
            NETWORKS,
            "blue.weft-1",
            "{metadata: {labels: {weft.dev/node: weft-2}}}"),
        refused(
            "another node's HostNetwork",
            "update",
            NETWORKS,
            "blue.weft-2",
            "{spec: {subnets: []}}"),
        refused(
            "the finalizers of another node's HostNetwork",
            "update",
            NETWORKS,
            "blue.weft-2",
            "{metadata: {finalizers: null}}"),
        ignored(
            "the finalizers of its own HostNetwork",
            "update",
            NETWORKS,
            "blue.weft-1",
            "{metadata: {finalizers: null}}"),
        ignored(
            "its own HostNetwork for ever",
            "update",
            NETWORKS,
            "blue.weft-1",
            "{metadata: {finalizers: [weft.dev/node, evil.dev/stays]}}"),
        ignored(
            "its own HostNetwork with another network as its owner",
            "update",
            NETWORKS,
            "blue.weft-1",
            "{metadata: {ownerReferences: [{apiVersion: weft.dev/v1alpha1, kind: ContainerNetwork,"
                + " name: red, uid: $red}]}}"),
        ignored(
            "its own HostNetwork with a service's label and an annotation of two hundred kilobytes",
            "update",
            NETWORKS,
            "red.weft-1",
            "{metadata: {annotations: {a: '%s'}, labels: {weft.dev/network: red, weft.dev/node: weft-1, weft.dev/service: shop}}}"
                .formatted("a".repeat(200_000))),
        ignored(
            "a HostNetwork whose bridge is the node's own device",
            "create",
            NETWORKS,
            "later.weft-1",
            "{spec: {network: later, networkUid: '$red', node: weft-1, driver: bridge, bridge:"
                + " {name: eth0}, subnets: [{cidr: 192.168.77.0/24, gateway: 192.168.77.12}]}}"),
        ignored(
            "the state of its own HostNetwork",
            "patch",
            NETWORKS + "/status",
            "blue.weft-1",
            "{status: {observedGeneration: 99999, endpoints: 2147483647, devices: ['%s']}}"
                .formatted("d".repeat(15))),
        ignored(
            "its own HostNetwork as failed",
            "patch",
            NETWORKS + "/status",
            "blue.weft-1",
            Writes.condition("Ready", "False")),
        refused(
            "the state of another node's HostNetwork",
            "patch",
            NETWORKS + "/status",
            "blue.weft-2",
            Writes.condition("Ready", "False")));
  }

  static List<Write> nodes() {
    String routes =
        IntStream.range(0, 4096)
            .mapToObj(i -> "11.%d.%d.0/24".formatted(i >> 8, i & 255))
            .collect(Collectors.joining("', '", "['", "']"));
    List<Write> all = new ArrayList<>();
    all.add(
        refused(
            "a node that is none",
            "create",
            NODES,
            "weft-9",
            "{spec: {vtep: 192.168.77.99, mtu: 1500}}"));
    all.add(
        refused(
            "a node that is none, with another's address",
            "create",
            NODES,
            "weft-9",
            "{spec: {vtep: 192.168.77.12, mtu: 1500}}"));
    all.add(
        refused(
            "another node's tunnel end",
            "patch",
            NODES,
            "weft-2",
            "{spec: {vtep: 192.168.77.11}}"));
    all.add(refused("another node's keys", "patch", NODES, "weft-2", "{spec: {keys: []}}"));
    for (String vtep :
        List.of(
            "192.168.77.12",
            "239.1.1.1",
            "255.255.255.255",
            "127.0.0.1",
            "0.0.0.0",
            "fd00:77::11",
            "::ffff:192.168.77.12",
            "fe80::1",
            "pigeon",
            "$victim",
            " ")) {
      all.add(
          ignored(
              "its own tunnel end as '%s'".formatted(vtep),
              "patch",
              NODES,
              "weft-1",
              "{spec: {vtep: '%s'}}".formatted(vtep)));
    }
    all.add(
        ignored(
            "as many routes as there may be",
            "patch",
            NODES,
            "weft-1",
            "{spec: {routes: %s}}".formatted(routes)));
    all.add(
        ignored(
            "routes to everything",
            "patch",
            NODES,
            "weft-1",
            "{spec: {routes: [0.0.0.0/0, 10.0.0.0/8, 172.16.0.0/12, '::/0', 'fd00::/8',"
                + " pigeon]}}"));
    all.add(
        ignored(
            "routes to the blocks of all networks",
            "patch",
            NODES,
            "weft-1",
            "{spec: {routes: [10.10.0.0/24, 'fd10::/64', 10.20.0.0/24, 172.28.0.0/24,"
                + " 172.29.0.0/24, 192.168.77.0/24]}}"));
    all.add(
        ignored(
            "another node's address as its public one",
            "patch",
            NODES,
            "weft-1",
            "{metadata: {annotations: {weft.dev/public-address: 192.168.77.12}}}"));
    all.add(
        ignored(
            "another node as its owner",
            "patch",
            NODES,
            "weft-1",
            "{metadata: {ownerReferences: [{apiVersion: v1, kind: Node, name: weft-2, uid: x}]}}"));
    all.add(
        ignored(
            "a deletion of its own node that waits for ever",
            "patch",
            NODES,
            "weft-1",
            "{metadata: {finalizers: [evil.dev/stays]}}"));
    all.add(ignored("no tunnel end", "patch", NODES, "weft-1", "{spec: {vtep: null}}"));
    all.add(ignored("the smallest MTU", "patch", NODES, "weft-1", "{spec: {mtu: 1}}"));
    all.add(ignored("an MTU below zero", "patch", NODES, "weft-1", "{spec: {mtu: -1500}}"));
    all.add(ignored("the largest MTU", "patch", NODES, "weft-1", "{spec: {mtu: 65535}}"));
    all.add(ignored("no MTU", "patch", NODES, "weft-1", "{spec: {mtu: null}}"));
    all.add(
        ignored(
            "a kernel of another world and a very long interface name",
            "patch",
            NODES,
            "weft-1",
            "{spec: {interface: '%s', kernel: {release: '%s'}}}"
                .formatted("e".repeat(15), "9".repeat(128))));
    all.add(
        ignored(
            "keys that are none",
            "patch",
            NODES,
            "weft-1",
            "{spec: {keys: [{epoch: 9007199254740991, generation: 9007199254740991, publicKey:"
                + " '%s/w='}, {epoch: 1, generation: 0, publicKey: '%s=', udpPort: 1}]}}"
                    .formatted("/".repeat(41), "A".repeat(43))));
    all.add(
        ignored(
            "its own node with labels of others and an annotation of two hundred kilobytes",
            "patch",
            NODES,
            "weft-1",
            "{metadata: {annotations: {a: '%s'}, labels: {weft.dev/node: weft-2, weft.dev/network: blue, weft.dev/service: shop}}}"
                .formatted("a".repeat(200_000))));
    all.add(
        ignored(
            "three keys of one text",
            "patch",
            NODES,
            "weft-1",
            "{spec: {keys: [%s]}}"
                .formatted(
                    IntStream.range(1, 4)
                        .mapToObj(KEY::formatted)
                        .collect(Collectors.joining(", ")))));
    all.add(
        ignored(
            "its own node as not ready",
            "patch",
            NODES + "/status",
            "weft-1",
            Writes.condition("Ready", "False")));
    all.add(
        ignored(
            "progress with keys that are none",
            "patch",
            NODES + "/status",
            "weft-1",
            "{status: {observedGeneration: 99999, keys: {prepared: 9007199254740991, active:"
                + " 9007199254740991, exhausted: 9007199254740991, peers: '%s'}}}"
                    .formatted("f".repeat(64))));
    all.add(
        refused(
            "another node as not ready",
            "patch",
            NODES + "/status",
            "weft-2",
            Writes.condition("Ready", "False")));
    return all;
  }
}
