package dev.weft.agent;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.SandboxReference;
import dev.weft.api.Subnet;
import dev.weft.api.SubnetBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;

/** Resources for tests. */
public final class Given {
  private Given() {}

  /** An overlay network with a VNI and one subnet, as the operator leaves it. */
  public static ContainerNetwork overlay(String name, String cidr) {
    ContainerNetwork network = network(name, "overlay", SubnetBuilder.builder().cidr(cidr).build());
    network.setStatus(
        ContainerNetworkStatusBuilder.builder(network.getStatus())
            .vni(4096)
            .port(4789)
            .mtu(1450)
            .build());
    return network;
  }

  /** A network with one subnet, as the operator leaves it. */
  public static ContainerNetwork network(String name, String driver, Subnet subnet) {
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName(name).withUid("uid-" + name).build());
    network.setSpec(
        ContainerNetworkSpecBuilder.builder().driver(driver).subnets(List.of(subnet)).build());
    network.setStatus(
        ContainerNetworkStatusBuilder.builder()
            .subnets(List.of(new EffectiveSubnet(subnet.cidr(), subnet.gateway(), false)))
            .build());
    return network;
  }

  /** An endpoint of the sandbox {@code pod}, whose pod has the UID {@code uid-<pod>}. */
  public static NetworkEndpoint endpoint(
      ContainerNetwork network, String node, String pod, String address) {
    String name = network.getMetadata().getName();
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(
        new ObjectMetaBuilder()
            .withName(name + "." + address.substring(0, address.indexOf('/')))
            .withLabels(Map.of(Names.NETWORK_LABEL, name, Names.NODE_LABEL, node))
            .build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network(name)
            .networkUid(network.getMetadata().getUid())
            .node(node)
            .sandbox(new SandboxReference(pod, "default", pod, "uid-" + pod, null))
            .address(address)
            .mac("02:42:0a:00:00:09")
            .interfaceName("eth7")
            .build());
    return endpoint;
  }

  /** A node of the mesh. */
  public static MeshNode meshNode(String name, String vtep) {
    MeshNode node = new MeshNode();
    node.setMetadata(new ObjectMetaBuilder().withName(name).build());
    node.setSpec(MeshNodeSpecBuilder.builder().vtep(vtep).mtu(1500).build());
    return node;
  }
}
