package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Cidr;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.operator.allocation.AddressPools.Used;
import dev.weft.operator.allocation.AddressPools.User;
import dev.weft.operator.node.NodeAgent;
import dev.weft.operator.node.NodeFacts;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UsedBlocksTest {
  @Test
  void aNodesRoutesToHalfTheWorldBlockNoAddresses() {
    assertThat(routes(Stream.of("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0", "fc00::/7")))
        .isEmpty();
    assertThat(routes(Stream.of("10.0.0.0/8", "192.168.7.0/24", "fd00:1::/64"))).hasSize(3);
  }

  @Test
  void aNodesRoutesAreBounded() {
    assertThat(
            routes(
                IntStream.range(0, 5000)
                    .mapToObj(i -> "10.%d.%d.0/24".formatted(i / 256, i % 256))))
        .hasSize(1024);
  }

  @Test
  void aClusterUsesItsServiceRangesAndEachNodesPodRangesAddressesAndRoutes() {
    Node node =
        new NodeBuilder()
            .withNewMetadata()
            .withName("n1")
            .endMetadata()
            .withNewSpec()
            .withPodCIDR("10.244.1.0/24")
            .withPodCIDRs("10.244.1.0/24", "fd00:10:244:1::/64", "rubbish", "0.0.0.0/0")
            .endSpec()
            .withNewStatus()
            .addNewAddress("192.168.1.10", "InternalIP")
            .addNewAddress("10.9.9.9", "Hostname")
            .endStatus()
            .build();

    assertThat(
            UsedBlocks.of(
                observed(
                    new NodeFacts("n1", node, meshNode(List.of("192.168.1.0/24")), NodeAgent.ALIVE),
                    "10.96.0.0/12")))
        .containsExactly(
            new Used(new User.Services(), Cidr.parse("10.96.0.0/12")),
            new Used(new User.Pods("n1"), Cidr.parse("10.244.1.0/24")),
            new Used(new User.Pods("n1"), Cidr.parse("fd00:10:244:1::/64")),
            new Used(new User.Host("n1"), Cidr.parse("192.168.1.10/32")),
            new Used(new User.Route("n1"), Cidr.parse("192.0.2.1/32")),
            new Used(new User.Route("n1"), Cidr.parse("192.168.1.0/24")));
  }

  private static List<Used> routes(Stream<String> routes) {
    NodeFacts node = new NodeFacts("n1", null, meshNode(routes.toList()), NodeAgent.ALIVE);
    return UsedBlocks.of(observed(node)).stream()
        .filter(each -> each.user() instanceof User.Route)
        .filter(each -> !each.cidr().equals(Cidr.parse("192.0.2.1/32")))
        .toList();
  }

  private static ObservedNetwork observed(NodeFacts node, String... serviceRanges) {
    return new ObservedNetwork(
        network("web", "bridge"),
        null,
        List.of(node),
        List.of(),
        List.of(),
        Set.of(),
        Stream.of(serviceRanges).map(Cidr::parse).toList(),
        null);
  }

  private static MeshNode meshNode(List<String> routes) {
    MeshNode node = new MeshNode();
    node.setMetadata(new ObjectMetaBuilder().withName("n1").build());
    node.setSpec(MeshNodeSpecBuilder.builder().vtep("192.0.2.1").routes(routes).build());
    return node;
  }
}
