package dev.weft.operator;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Subnet;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Networks as a user would write them. */
public final class Networks {
  private Networks() {}

  public static ContainerNetwork network(
      String name, String driver, UnaryOperator<ContainerNetworkSpecBuilder> spec) {
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName(name).build());
    network.setSpec(spec.apply(ContainerNetworkSpecBuilder.builder().driver(driver)).build());
    return network;
  }

  public static ContainerNetwork network(String name, String driver, String... cidrs) {
    return network(name, driver, spec -> cidrs.length == 0 ? spec : spec.subnets(subnets(cidrs)));
  }

  public static ContainerNetwork overlay(String name, int vni) {
    return network(name, "overlay", spec -> spec.overlay(new OverlayOptions(vni, null)));
  }

  /** The network as an API server stores it. */
  public static ContainerNetwork stored(ContainerNetwork network, String uid, String created) {
    network.getMetadata().setUid(uid);
    network.getMetadata().setCreationTimestamp(created);
    network.getMetadata().setGeneration(1L);
    return network;
  }

  public static java.util.List<Subnet> subnets(String... cidrs) {
    return Arrays.stream(cidrs).map(cidr -> new Subnet(cidr, null, null, null, null)).toList();
  }
}
