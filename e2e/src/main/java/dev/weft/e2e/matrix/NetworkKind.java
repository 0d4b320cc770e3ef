package dev.weft.e2e.matrix;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.MacvlanOptions;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Subnet;
import dev.weft.api.SubnetBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A kind of network.
 *
 * @param hasIpv6 whether it has an IPv6 subnet in addition to that of IPv4
 */
record NetworkKind(Driver driver, boolean hasIpv6) {
  /** A driver, and whether its frames are encrypted. */
  enum Driver {
    BRIDGE("bridge", 0),
    OVERLAY("overlay", 2),
    ENCRYPTED("encrypted overlay", 4),
    MACVLAN("macvlan", 6);

    private final String label;
    private final int block;

    Driver(String label, int block) {
      this.label = label;
      this.block = block;
    }
  }

  /** All of them. */
  static List<NetworkKind> all() {
    return Stream.of(Driver.values())
        .flatMap(driver -> Stream.of(new NetworkKind(driver, false), new NetworkKind(driver, true)))
        .toList();
  }

  /** Name in the table. */
  String label() {
    return driver.label + (hasIpv6 ? ", dual stack" : ", IPv4");
  }

  /** Name of the network. */
  String network() {
    return driver.name().toLowerCase(Locale.ROOT) + (hasIpv6 ? "-dual" : "-ipv4");
  }

  /** The number of the node, from 1, on which the second of its two pods runs. */
  int secondNode() {
    return driver == Driver.BRIDGE ? 1 : 2;
  }

  ContainerNetwork resource() {
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName(network()).build());
    int number = driver.block + (hasIpv6 ? 1 : 0);
    List<Subnet> subnets = new ArrayList<>();
    subnets.add(subnet("172.28.%d.0/24".formatted(number)));
    if (hasIpv6) {
      subnets.add(subnet("fd00:28:%d::/64".formatted(number)));
    }
    ContainerNetworkSpecBuilder spec = ContainerNetworkSpecBuilder.builder().subnets(subnets);
    switch (driver) {
      case BRIDGE -> spec.driver("bridge");
      case OVERLAY -> spec.driver("overlay");
      case ENCRYPTED -> spec.driver("overlay").overlay(new OverlayOptions(null, true));
      case MACVLAN -> spec.driver("macvlan").macvlan(new MacvlanOptions("eth0", null, null, null));
    }
    network.setSpec(spec.build());
    return network;
  }

  private static Subnet subnet(String cidr) {
    return SubnetBuilder.builder().cidr(cidr).build();
  }
}
