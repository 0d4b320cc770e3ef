package dev.weft.e2e.hostile;

import static dev.weft.e2e.hostile.Write.ignored;
import static dev.weft.e2e.hostile.Write.refused;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Endpoints that a thief of the token forges. */
final class Forgeries {
  private static final int MANY = 60;

  private Forgeries() {}

  /** All forgeries; {@code $free} stands for an unused address and MAC address. */
  static List<Write> all() {
    List<Write> all =
        Stream.of(forgedNames(), forgedSpellings(), forgedContent(), forgedMany())
            .flatMap(List::stream)
            .toList();
    return IntStream.range(0, all.size())
        .mapToObj(i ->
            all.get(i)
                .filled("$freeMac", "02:00:00:00:%02x:%02x".formatted(1 + (i >> 8), i & 255))
                .filled("$freeHex6", "0xfd10%024x%04x".formatted(0, 0x2000 + i))
                .filled("$free6name", "fd10" + "-0000".repeat(6) + "-%04x".formatted(0x2000 + i))
                .filled("$free6", "fd10::%x".formatted(0x2000 + i))
                .filled("$free", "10.10.0." + (100 + i % 120)))
        .toList();
  }

  /** A sandbox of the thief's own node. */
  private static String endpoint(String network, String address, String mac, String more) {
    String uid = List.of("blue", "red", "web", "db").contains(network) ? "$" + network : "no";
    return """
    {spec: {network: '%s', networkUid: '%s', node: weft-1, address: '%s', mac: '%s', interface: \
    eth7, sandbox: {id: stolen, namespace: default, pod: blue-1, podUid: '$ownPod'}%s}}
    """
        .formatted(network, uid, address, mac, more);
  }

  private static Write forged(
      String what, String name, String network, String address, String mac, String more) {
    return ignored(what, "create", Writes.ENDPOINTS, name, endpoint(network, address, mac, more));
  }

  private static List<Write> forgedNames() {
    String own = "$freeMac";
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
        forged(
                "a MAC address that a task of a service has",
                "blue.$free",
                "blue",
                "$free/24",
                "$taskMac",
                "")
            .mayAdd("$free"),
        forged(
                "the address that the next service would get",
                "blue.$nextVip",
                "blue",
                "$nextVip/24",
                own,
                "")
            .mayAdd("$nextVip|$freeMac"),
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

  /** Other spellings of addresses, and names that resemble those of addresses. */
  private static List<Write> forgedSpellings() {
    return List.of(
        spelled("a victim's IPv6 address with a zero group", "blue.a", "$victim6zero/64"),
        spelled("a victim's IPv6 address in capitals", "blue.b", "$victim6capitals/64"),
        spelled("a victim's IPv6 address with a zone", "blue.c", "$victim6short%eth0/64"),
        spelled("a victim's IPv6 address with IPv4 at its end", "blue.d", "fd10::0.0.0.2/64"),
        spelled("a victim's IPv6 address as it is, by a short name", "blue.2", "$victim6short/64"),
        spelled("a victim's address without its prefix", "blue.e", "$victim"),
        spelled("a victim's address with spaces", "blue.f", " $victim/24 "),
        spelled("a victim's address with an odd prefix", "blue.g", "$victim/024"),
        spelled("a victim's address as one number", "blue.168427522", "168427522/24"),
        spelled("a victim's address in hexadecimal", "blue.h", "0x0a.0x0a.0.2/24"),
        spelled("a victim's address with a name", "blue.i", "localhost/24"),
        spelled("a name as the server makes one", "blue.10.10.0.x7f2q", "$victim/24"),
        spelled("a name in capitals", "BLUE.$free", "$free/24"),
        spelled("a name of a thousand letters", "blue." + "a".repeat(1000), "$victim/24"),
        spelled(
            "an IPv4 address in the name and the dress of IPv6",
            "blue.0000-0000-0000-0000-0000-ffff-0a0a-0002",
            "::ffff:$victim/120"),
        spelled(
            "a free IPv6 address whose content is the victim's",
            "blue.$free6name",
            "$victim6short/64"),
        spelled("a service's IPv6 address by a short name", "blue.vip6", "$vip6/64"),
        spelled("a free address whose content is the service's", "blue.$free", "$vip/24"),
        spelled("a name of a free address with a dot at its end", "blue.$free.", "$free/24"));
  }

  private static Write spelled(String what, String name, String address) {
    return forged(what, name, "blue", address, "$freeMac", "");
  }

  /** As many endpoints as a busy node has; other nodes handle them like real ones. */
  private static List<Write> forgedMany() {
    return IntStream.range(0, MANY)
        .mapToObj(i ->
            forged(
                    "one of many addresses (%d)".formatted(i),
                    "blue.$free6name",
                    "blue",
                    "$free6/64",
                    "$freeMac",
                    "")
                .mayAdd("$free6|$freeHex6|$freeMac"))
        .toList();
  }

  private static List<Write> forgedContent() {
    String free = "blue.$free";
    String address = "$free/24";
    String mac = "$freeMac";
    return List.of(
        ignored(
                "an address for a task of a service",
                "create",
                Writes.ENDPOINTS,
                "blue.$free",
                "{spec: {network: blue, networkUid: '$blue', node: weft-1, address: $free/24,"
                    + " mac: '$freeMac', interface: eth7, sandbox: {id: x, namespace:"
                    + " default, pod: shop-1, podUid: '$task'}}, status: {conditions: [{type:"
                    + " Ready, status: 'True', reason: Wired, message: m, lastTransitionTime:"
                    + " '2026-01-01T00:00:00Z'}]}}")
            .mayAdd("^(?!.*nft ).*($free|$freeMac)"),
        forged("a free address with a victim's MAC", free, "blue", address, "$victimMac", "")
            .mayAdd("$free"),
        forged(
                "a free address with a victim's MAC in capitals",
                free,
                "blue",
                address,
                "$victimCapitals",
                "")
            .mayAdd("$free"),
        forged("a free address with the MAC of all", free, "blue", address, "ff:ff:ff:ff:ff:ff", "")
            .mayAdd("$free"),
        forged(
                "a free address with the MAC of nobody",
                free,
                "blue",
                address,
                "00:00:00:00:00:00",
                "")
            .mayAdd("$free"),
        forged(
                "a free address with a MAC of a group",
                free,
                "blue",
                address,
                "01:00:5e:00:00:01",
                "")
            .mayAdd("$free"),
        forged("a free address with a MAC that is none", free, "blue", address, "pigeon", ""),
        ignored(
            "a free address with the UID of another network",
            "create",
            Writes.ENDPOINTS,
            free,
            endpoint("blue", address, "$victimMac", "").replace("$blue", "$red")),
        ignored(
            "a free address with no UID of a network",
            "create",
            Writes.ENDPOINTS,
            free,
            endpoint("blue", address, "$victimMac", "").replace("networkUid: '$blue', ", "")),
        forged("an address of no network", "blue.8.8.8.8", "blue", "8.8.8.8/32", mac, "")
            .mayAdd("8.8.8.8|$freeMac"),
        forged("an address that is a whole block", "blue.0.0.0.0", "blue", "0.0.0.0/0", mac, "")
            .mayAdd("$freeMac"),
        forged("an address that is none", "blue.pigeon", "blue", "pigeon", mac, ""),
        forged("an address for all", "blue.10.10.0.255", "blue", "10.10.0.255/24", mac, "")
            .mayAdd("10.10.0.255|$freeMac"),
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
            "blue.$free",
            "{spec: {network: blue, node: weft-1, address: $free/24, service: {namespace:"
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
            "blue.stolen-vip-2",
            "{spec: {network: blue, node: weft-1, address: $vip/24, service: {namespace: evil,"
                + " name: shop, ports: [{port: 80, targetPort: 22}]}}}"),
        refused(
            "an address for a pod of another node",
            "create",
            Writes.ENDPOINTS,
            "blue.$free",
            "{spec: {network: blue, node: weft-2, address: $free/24, mac: '%s', sandbox: {id: x, namespace: default, pod: blue-2, podUid: $victimPod}}}"
                .formatted(mac)),
        ignored(
                "an address for a pod of another node, as its own",
                "create",
                Writes.ENDPOINTS,
                "blue.$free",
                "{spec: {network: blue, networkUid: '$blue', node: weft-1, address: $free/24, mac: '%s', sandbox: {id: x, namespace: default, pod: blue-2, podUid: $victimPod}}}"
                    .formatted(mac))
            .mayAdd("$free|$freeMac"),
        ignored(
                "an annotation of two hundred kilobytes, and another's object as its owner",
                "create",
                Writes.ENDPOINTS,
                free,
                endpoint("blue", address, mac, "")
                    .replace(
                        "{spec:",
                        "{metadata: {annotations: {a: '%s'}, labels: {weft.dev/network: blue, weft.dev/node: weft-1, weft.dev/service: shop}, ownerReferences: [{apiVersion: v1, kind: Pod, name: blue-2, uid: '$victimPod', controller: true, blockOwnerDeletion: true}]}, spec:"
                            .formatted("a".repeat(200_000))))
            .mayAdd("$free|$freeMac"),
        ignored(
                "an address for a pod that is none",
                "create",
                Writes.ENDPOINTS,
                free,
                endpoint("blue", address, mac, "").replace("$ownPod", "no-such-pod"))
            .mayAdd("$free|$freeMac"),
        ignored(
                "an address for the container of another engine",
                "create",
                Writes.ENDPOINTS,
                free,
                "{spec: {network: blue, networkUid: '$blue', node: weft-1, address: $free/24, mac:"
                    + " '$freeMac', interface: eth7, sandbox: {id: docker}}}")
            .mayAdd("$free|$freeMac"),
        ignored(
                "fields of a hundred kilobytes",
                "create",
                Writes.ENDPOINTS,
                free,
                "{spec: {network: blue, networkUid: '$blue', node: weft-1, address: $free/24, mac: '%s', interface: '%s', sandbox: {id: x, pod: '%s'}}}"
                    .formatted(mac, "e".repeat(100_000), "p".repeat(100_000)))
            .mayAdd("$free|$freeMac"));
  }
}
