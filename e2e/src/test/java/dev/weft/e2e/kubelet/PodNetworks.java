package dev.weft.e2e.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.KubeletLab;
import dev.weft.e2e.lab.KubeletNode;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Netlink;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An overlay and a macvlan network for the pods of a test, with checks for leftovers of pods on the
 * nodes.
 */
final class PodNetworks implements AutoCloseable {
  static final List<String> NAMES = List.of("blue", "lan");

  /** Prefix of the names of Weft's interfaces. */
  static final String LINK_PREFIX = "weft";

  /** An annotation: the overlay. */
  static final String BLUE = "blue@weft0";

  /** An annotation: the overlay and the LAN. */
  static final String ALL = "blue@weft0, lan@weft1";

  private static final String BOTH =
      """
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: blue}
      spec:
        driver: overlay
        subnets: [{cidr: 10.10.0.0/22}]
      ---
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: lan}
      spec:
        driver: macvlan
        subnets: [{cidr: NET.0/24, gateway: NET.1, ranges: [NET.128/25]}]
        macvlan: {parent: eth0}
      """;

  private final KubeletLab lab;
  private final List<String> before;
  private final List<HasMetadata> made;

  private PodNetworks(KubeletLab lab, List<String> before, List<HasMetadata> made) {
    this.lab = lab;
    this.before = before;
    this.made = made;
  }

  static PodNetworks create(KubeletLab lab) {
    String address = lab.nodes().getFirst().address().getHostAddress();
    String yaml = BOTH.replace("NET", address.substring(0, address.lastIndexOf('.')));
    List<String> before = lab.nodes().stream().map(PodNetworks::state).toList();
    List<HasMetadata> made =
        lab
            .client()
            .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
            .items()
            .stream()
            .map(each -> lab.client().resource(each).create())
            .toList();
    Cluster cluster = new Cluster(lab.client());
    NAMES.forEach(
        each -> await(each).atMost(InKubeletLab.PATIENCE).until(() -> cluster.isReady(each)));
    return new PodNetworks(lab, before, made);
  }

  /** Waits until no address is held and no device or rule of a pod is on a node. */
  void awaitNothingLeft() {
    Cluster cluster = new Cluster(lab.client());
    await("nothing is left of any pod")
        .atMost(InKubeletLab.PATIENCE)
        .untilAsserted(() -> {
          assertThat(NAMES).allSatisfy(each -> assertThat(cluster.endpoints(each)).isEmpty());
          assertThat(lab.nodes()).flatExtracting(PodNetworks::left).isEmpty();
        });
  }

  /** Devices on a node that carry Weft's mark and belong to a pod. */
  static List<String> left(KubeletNode node) {
    try (Netlink netlink = Netlink.open(node.namespace())) {
      return netlink.links().stream()
          .filter(PodNetworks::isOurs)
          .filter(PodNetworks::isOfPod)
          .map(each -> "%s: %s".formatted(node.name(), each.name()))
          .toList();
    }
  }

  private static boolean isOurs(Link link) {
    return link.alias().startsWith("weft.dev/");
  }

  /** A network's own devices are its bridge and its tunnel. */
  private static boolean isOfPod(Link link) {
    return switch (link.kind()) {
      case LinkKind.Bridge _, LinkKind.Vxlan _ -> false;
      default -> true;
    };
  }

  /** A node's devices, except those of the runtime's own network, its routes and its rules. */
  private static String state(KubeletNode node) {
    try (Netlink netlink = Netlink.open(node.namespace());
        Nftables nftables = Nftables.open(node.namespace())) {
      List<Link> own =
          netlink.links().stream()
              .filter(each -> !each.name().equals("cni0") && !isPortOf(netlink, each, "cni0"))
              .toList();
      return "%s has %s, routes %s, rules %s"
          .formatted(
              node.name(),
              own.stream().map(Link::name).sorted().toList(),
              netlink.routes().stream()
                  .filter(route -> own.stream().anyMatch(each -> each.index() == route.link()))
                  .map(each -> each.destination().toString())
                  .filter(each -> !each.startsWith("ff00") && !each.startsWith("fe80"))
                  .sorted()
                  .distinct()
                  .toList(),
              nftables.run("list ruleset"));
    }
  }

  private static boolean isPortOf(Netlink netlink, Link link, String bridge) {
    return netlink.link(bridge).filter(each -> each.index() == link.master()).isPresent();
  }

  /** The address of an endpoint, without its subnet. */
  static String address(NetworkEndpoint endpoint) {
    String address = String.valueOf(endpoint.getSpec().address());
    return address.substring(0, address.indexOf('/'));
  }

  /** The interface of an endpoint in its sandbox. */
  static String link(NetworkEndpoint endpoint) {
    return String.valueOf(endpoint.getSpec().interfaceName());
  }

  /** Whether an endpoint belongs to a pod of this name. */
  static boolean isOf(NetworkEndpoint endpoint, String pod) {
    return endpoint.getSpec().sandbox() != null && pod.equals(endpoint.getSpec().sandbox().pod());
  }

  /** Whether an endpoint is wired according to the API. */
  static boolean isReady(NetworkEndpoint endpoint) {
    return endpoint.getStatus() != null
        && Conditions.isTrue(endpoint.getStatus().conditions(), Conditions.READY);
  }

  /** Removes the networks, and waits until every node is in its initial state. */
  @Override
  public void close() {
    for (HasMetadata each : made) {
      lab.client().resource(each).delete();
    }
    made.forEach(each ->
        await(each.getMetadata().getName() + " is gone")
            .atMost(InKubeletLab.PATIENCE)
            .until(() -> lab.client().resource(each).get() == null));
    await("nodes as before")
        .atMost(InKubeletLab.PATIENCE)
        .untilAsserted(() ->
            assertThat(lab.nodes().stream().map(PodNetworks::state).toList()).isEqualTo(before));
  }
}
