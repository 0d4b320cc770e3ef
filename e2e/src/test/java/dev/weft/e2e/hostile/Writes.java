package dev.weft.e2e.hostile;

import static dev.weft.e2e.hostile.Write.ignored;
import static dev.weft.e2e.hostile.Write.refused;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Writes with a stolen token. */
final class Writes {
  static final String ENDPOINTS = "networkendpoints";

  private Writes() {}

  static List<Write> all() {
    return Stream.of(
            Forgeries.all(), endpoints(), NodeWrites.hostNetworks(), NodeWrites.nodes(), others())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Write> endpoints() {
    return List.of(
        ignored(
            "its own endpoint with a victim's MAC",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{spec: {mac: $victimMac}}"),
        ignored(
            "its own endpoint with a victim's address",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{spec: {address: $victim/24}}"),
        ignored(
            "its own endpoint with a service's address",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{spec: {address: $vip/24}}"),
        ignored(
            "its own endpoint on another network",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{spec: {network: red, networkUid: $red}}"),
        ignored(
            "its own endpoint with a service's label, and another's object as its owner",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{metadata: {labels: {weft.dev/service: shop}, annotations: {a: '%s'}, ownerReferences: [{apiVersion: v1, kind: Pod, name: blue-2, uid: '$victimPod'}]}}"
                .formatted("a".repeat(200_000))),
        ignored(
            "its own endpoint of another sandbox",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{spec: {sandbox: {id: other, namespace: default, pod: blue-2, podUid:"
                + " '$victimPod'}}}"),
        ignored(
            "its own endpoint by another name of its interface",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{spec: {interface: '../../etc'}}"),
        refused(
            "its own endpoint for ever",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{metadata: {finalizers: [evil.dev/stays]}}"),
        ignored("its own endpoint is deleted", "delete", ENDPOINTS, "$ownEndpoint", ""),
        refused(
            "its own endpoint as a service's",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{spec: {sandbox: null, service: {namespace: default, name: shop}}}"),
        refused(
            "another node's endpoint with its MAC",
            "patch",
            ENDPOINTS,
            "$victimEndpoint",
            "{spec: {mac: '02:00:00:00:00:77'}}"),
        refused(
            "another node's endpoint as its own",
            "patch",
            ENDPOINTS,
            "$victimEndpoint",
            "{spec: {node: weft-1}}"),
        refused(
            "a service's endpoint as its own",
            "patch",
            ENDPOINTS,
            "$vipEndpoint",
            "{spec: {node: weft-1, service: null, sandbox: {id: x}}}"),
        refused(
            "another port of a service",
            "patch",
            ENDPOINTS,
            "$vipEndpoint",
            "{spec: {service: {ports: [{port: 80, targetPort: 22}]}}}"),
        refused(
            "a finalizer of another node's endpoint",
            "patch",
            ENDPOINTS,
            "$victimEndpoint",
            "{metadata: {finalizers: [evil.dev/stays]}}"),
        refused(
            "its own endpoint with another node's label",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{metadata: {labels: {weft.dev/node: weft-2}}}"),
        refused(
            "its own endpoint with another network's label",
            "patch",
            ENDPOINTS,
            "$ownEndpoint",
            "{metadata: {labels: {weft.dev/network: red}}}"),
        refused("another node's endpoint is deleted", "delete", ENDPOINTS, "$victimEndpoint", ""),
        refused("a service's endpoint is deleted", "delete", ENDPOINTS, "$vipEndpoint", ""),
        ignored(
            "its own endpoint's state",
            "patch",
            ENDPOINTS + "/status",
            "$ownEndpoint",
            condition("Ready", "False")),
        refused(
            "another node's endpoint's state",
            "patch",
            ENDPOINTS + "/status",
            "$victimEndpoint",
            condition("Ready", "False")),
        refused(
            "a service's endpoint's state",
            "patch",
            ENDPOINTS + "/status",
            "$vipEndpoint",
            condition("Ready", "False")));
  }

  private static List<Write> others() {
    String pods = "pods/status";
    String annotation = "{metadata: {annotations: {k8s.v1.cni.cncf.io/network-status: '[]'}}}";
    String lease = "{spec: {holderIdentity: thief, leaseDurationSeconds: 3600}}";
    String event =
        "{involvedObject: {kind: ContainerNetwork, name: blue, namespace: %s}, reason: Stolen,"
            + " message: m, type: Warning, source: {component: weft-agent, host: weft-1}}";
    List<Write> all = new ArrayList<>();
    Stream.of(
            refused(
                "a condition of another node's pod",
                "patch",
                pods,
                "blue-2",
                condition("Ready", "False")),
            refused("an annotation of another node's pod", "patch", pods, "blue-2", annotation),
            refused(
                "the label of a service on its own pod",
                "patch",
                pods,
                "blue-1",
                "{metadata: {labels: {weft.dev/service: shop}}}"),
            refused(
                "the label of a service on another node's pod",
                "patch",
                pods,
                "blue-2",
                "{metadata: {labels: {weft.dev/service: shop}}}"),
            refused(
                "other networks of its own pod",
                "patch",
                pods,
                "blue-1",
                "{metadata: {annotations: {weft.dev/networks: db}}}"),
            refused(
                "an address of its own pod", "patch", pods, "blue-1", "{status: {podIP: $victim}}"),
            refused(
                "a pod that waits for ever",
                "patch",
                pods,
                "blue-1",
                "{metadata: {finalizers: [evil.dev/stays]}}"),
            ignored("the network status of its own pod", "patch", pods, "blue-1", annotation),
            ignored(
                "a victim's address in the network status of its own pod, and much besides",
                "patch",
                pods,
                "red-1",
                annotation.replace(
                    "'[]'",
                    "'[{\"name\": \"blue\", \"interface\": \"eth1\", \"ips\": [\"$victim\"], \"mac\": \"$victimMac\"}]%s'"
                        .formatted(" ".repeat(150_000)))))
        .map(each -> each.in("default"))
        .forEach(all::add);
    Stream.of(
            refused("the operator's lease", "patch", "leases", "weft-operator", lease),
            refused("another agent's lease", "patch", "leases", "weft-agent-weft-2", lease),
            refused(
                "the lease of a node that is none", "create", "leases", "weft-agent-weft-9", lease),
            refused("a lease of no agent", "create", "leases", "anything", lease),
            ignored(
                "its own lease until the end of time",
                "patch",
                "leases",
                "weft-agent-weft-1",
                "{spec: {renewTime: '9999-12-31T23:59:59.000000Z', leaseDurationSeconds:"
                    + " 2147483647}}"),
            ignored(
                "its own lease for an hour, by another holder",
                "patch",
                "leases",
                "weft-agent-weft-1",
                lease))
        .map(each -> each.in("weft-system"))
        .forEach(all::add);
    all.add(
        ignored("an event of a network", "create", "events", "stolen.1", event.formatted("default"))
            .in("default"));
    all.add(
        ignored(
                "an event in the system's namespace",
                "create",
                "events",
                "stolen.2",
                event.formatted("kube-system"))
            .in("kube-system"));
    all.add(
        ignored(
                "an event of hundreds of kilobytes in the namespace of Weft",
                "create",
                "events",
                "stolen.4",
                event
                    .formatted("weft-system")
                    .replace("message: m", "message: '%s'".formatted("m".repeat(300_000))))
            .in("weft-system"));
    all.add(
        refused("an event of another", "patch", "events", "stolen.0", "{message: stolen}")
            .in("default"));
    all.add(
        refused(
                "an event in another's name",
                "create",
                "events",
                "stolen.3",
                event.formatted("default").replace("weft-1", "weft-2"))
            .in("default"));
    return all;
  }

  static String condition(String type, String status) {
    return "{status: {conditions: [{type: %s, status: '%s', reason: Stolen, message: m, lastTransitionTime: '2026-01-01T00:00:00Z'}]}}"
        .formatted(type, status);
  }
}
