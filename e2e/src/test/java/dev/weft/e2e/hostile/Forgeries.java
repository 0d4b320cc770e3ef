package dev.weft.e2e.hostile;

import static dev.weft.e2e.hostile.Write.ignored;
import static dev.weft.e2e.hostile.Write.refused;

import java.util.List;
import java.util.stream.Stream;

/** Endpoints that a thief of the token makes up. */
final class Forgeries {
  private Forgeries() {}

  static List<Write> all() {
    return Stream.concat(forgedNames().stream(), forgedContent().stream()).toList();
  }

  /** A sandbox of the thief's own node. */
  private static String endpoint(String network, String address, String mac, String more) {
    return """
    {spec: {network: '%s', node: weft-1, address: '%s', mac: '%s', interface: eth7, \
    sandbox: {id: stolen, namespace: default, pod: blue-1, podUid: '$ownPod'}%s}}
    """
        .formatted(network, address, mac, more);
  }

  private static Write forged(
      String what, String name, String network, String address, String mac, String more) {
    return ignored(what, "create", Writes.ENDPOINTS, name, endpoint(network, address, mac, more));
  }

  private static List<Write> forgedNames() {
    String own = "02:00:00:00:00:77";
    return List.of(
        forged(
            "a victim's address under a name of no address",
            "blue.anything",
            "blue",
            "$victim/24",
            own,
            ""),
        forged(
            "a victim's address under another address",
            "blue.10.10.0.200",
            "blue",
            "$victim/24",
            own,
            ""),
        forged(
            "a victim's address under another network",
            "red.10.20.0.200",
            "blue",
            "$victim/24",
            own,
            ""),
        forged(
            "a victim's address under a network that is none",
            "nosuch.10.10.0.9",
            "blue",
            "$victim/24",
            own,
            ""),
        forged(
            "a victim's address and MAC under a name without a dot",
            "blue",
            "blue",
            "$victim/24",
            "$victimMac",
            ""),
        forged(
            "a victim's address on a bridge of that node",
            "web.anything",
            "web",
            "$bridged/24",
            own,
            ""),
        forged("a service's address under another name", "blue.vip", "blue", "$vip/24", own, ""),
        forged(
            "a gateway's address under another name",
            "web.gateway",
            "web",
            "172.28.0.1/24",
            own,
            ""),
        forged(
            "a victim's address as mapped IPv6",
            "blue.mapped",
            "blue",
            "::ffff:$victim/120",
            own,
            ""),
        forged(
            "a victim's address with zeros before",
            "blue.zeros",
            "blue",
            "$victimZeros/24",
            own,
            ""),
        forged(
            "a victim's address with another length of prefix",
            "blue.prefix",
            "blue",
            "$victim/32",
            own,
            ""),
        forged(
            "a victim's IPv6 address in another form",
            "blue.long",
            "blue",
            "$victim6long/64",
            own,
            ""));
  }

  private static List<Write> forgedContent() {
    String free = "blue.10.10.0.200";
    String address = "10.10.0.200/24";
    String mac = "02:00:00:00:00:78";
    String mine = "10\\.10\\.0\\.200|02:00:00:00:00:78";
    return List.of(
        ignored(
                "an address for a task of a service",
                "create",
                Writes.ENDPOINTS,
                "blue.10.10.0.204",
                "{spec: {network: blue, networkUid: '$blue', node: weft-1, address: 10.10.0.204/24,"
                    + " mac: '02:00:00:00:00:79', interface: eth7, sandbox: {id: x, namespace:"
                    + " default, pod: shop-1, podUid: '$task'}}, status: {conditions: [{type:"
                    + " Ready, status: 'True', reason: Wired, message: m, lastTransitionTime:"
                    + " '2026-01-01T00:00:00Z'}]}}")
            .mayAdd("^(?!.*nft ).*(10\\.10\\.0\\.204|02:00:00:00:00:79)"),
        forged("a free address with a victim's MAC", free, "blue", address, "$victimMac", "")
            .mayAdd("10\\.10\\.0\\.200"),
        forged(
                "a free address with a victim's MAC in capitals",
                free,
                "blue",
                address,
                "$victimCapitals",
                "")
            .mayAdd("10\\.10\\.0\\.200"),
        forged("a free address with the MAC of all", free, "blue", address, "ff:ff:ff:ff:ff:ff", "")
            .mayAdd("10\\.10\\.0\\.200"),
        forged(
                "a free address with the MAC of nobody",
                free,
                "blue",
                address,
                "00:00:00:00:00:00",
                "")
            .mayAdd("10\\.10\\.0\\.200"),
        forged(
                "a free address with a MAC of a group",
                free,
                "blue",
                address,
                "01:00:5e:00:00:01",
                "")
            .mayAdd("10\\.10\\.0\\.200"),
        forged("a free address with a MAC that is none", free, "blue", address, "pigeon", ""),
        forged(
                "a free address with the UID of another network",
                free,
                "blue",
                address,
                "$victimMac",
                ", networkUid: '$red'")
            .mayAdd("10\\.10\\.0\\.200"),
        forged("an address of no network", "blue.8.8.8.8", "blue", "8.8.8.8/32", mac, "")
            .mayAdd("8\\.8\\.8\\.8|" + mac),
        forged("an address that is a whole block", "blue.0.0.0.0", "blue", "0.0.0.0/0", mac, "")
            .mayAdd("02:00:00:00:00:78"),
        forged("an address that is none", "blue.pigeon", "blue", "pigeon", mac, ""),
        forged("an address for all", "blue.10.10.0.255", "blue", "10.10.0.255/24", mac, "")
            .mayAdd("10\\.10\\.0\\.255|" + mac),
        forged(
            "the gateway's address of a bridge", "web.172.28.0.1", "web", "172.28.0.1/24", mac, ""),
        forged(
            "an address on a network that is none",
            "nosuch.10.10.0.200",
            "nosuch",
            address,
            "$victimMac",
            ""),
        refused(
            "an address as a service's",
            "create",
            Writes.ENDPOINTS,
            "blue.10.10.0.201",
            "{spec: {network: blue, node: weft-1, address: 10.10.0.201/24, service: {namespace:"
                + " default, name: shop, ports: [{port: 80, targetPort: 22}]}}}"),
        ignored(
            "a service's address again, as a service's",
            "create",
            Writes.ENDPOINTS,
            "blue.stolen-vip",
            "{spec: {network: blue, node: weft-1, address: $vip/24, service: {namespace: default,"
                + " name: shop, ports: [{port: 80, targetPort: 22}]}}}"),
        ignored(
            "a service's address again, as another service's",
            "create",
            Writes.ENDPOINTS,
            "blue.stolen-vip",
            "{spec: {network: blue, node: weft-1, address: $vip/24, service: {namespace: evil,"
                + " name: shop, ports: [{port: 80, targetPort: 22}]}}}"),
        refused(
            "an address for a pod of another node",
            "create",
            Writes.ENDPOINTS,
            "blue.10.10.0.202",
            "{spec: {network: blue, node: weft-2, address: 10.10.0.202/24, mac: '%s', sandbox: {id: x, namespace: default, pod: blue-2, podUid: $victimPod}}}"
                .formatted(mac)),
        ignored(
                "an address for a pod of another node, as its own",
                "create",
                Writes.ENDPOINTS,
                "blue.10.10.0.203",
                "{spec: {network: blue, node: weft-1, address: 10.10.0.203/24, mac: '%s', sandbox: {id: x, namespace: default, pod: blue-2, podUid: $victimPod}}}"
                    .formatted(mac))
            .mayAdd("10\\.10\\.0\\.203|" + mac),
        ignored(
                "fields of a hundred kilobytes",
                "create",
                Writes.ENDPOINTS,
                free,
                "{spec: {network: blue, node: weft-1, address: 10.10.0.200/24, mac: '%s', interface: '%s', sandbox: {id: x, pod: '%s'}}}"
                    .formatted(mac, "e".repeat(100_000), "p".repeat(100_000)))
            .mayAdd(mine));
  }
}
