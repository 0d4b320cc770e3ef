package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.mesh.Mtu;
import java.util.Optional;

/**
 * Checks that the node can set a network's addresses; a derived MTU is checked like a configured
 * one.
 */
final class UsableFamilies {
  private UsableFamilies() {}

  static void require(Network network, NetworkDriver driver, NodeContext context)
      throws Unbuildable {
    Optional<Network.Segment> ipv6 =
        network.segments().stream().filter(segment -> !segment.isIpv4()).findFirst();
    if (ipv6.isPresent() && !context.observation().hasIpv6()) {
      throw new Unbuildable(
          Problem.user(
              "spec.subnets",
              "%s is IPv6, and this node runs without IPv6 (ipv6.disable=1)"
                  .formatted(ipv6.get().block()),
              "start the node with IPv6, leave the block out, or let nodeSelector leave the node"
                  + " out"));
    }
    int least = ipv6.isPresent() ? Mtu.MINIMUM_IPV6 : Mtu.MINIMUM_IPV4;
    Optional<Integer> mtu = driver.size().filter(size -> size < least);
    if (mtu.isPresent()) {
      boolean given = network.spec().mtu() != null;
      String family = ipv6.isPresent() ? "IPv6" : "IPv4";
      throw new Unbuildable(
          Problem.user(
              "spec.mtu",
              "%s needs packets of %d bytes, and %s %d on this node"
                  .formatted(
                      family,
                      least,
                      given ? "they are set to" : "the node's interface leaves room for",
                      mtu.get()),
              given
                  ? "use at least %d, or leave the %s block out".formatted(least, family)
                  : ("raise the MTU of the node's interface by %d, or leave the %s block out of"
                          + " spec.subnets")
                      .formatted(least - mtu.get(), family)));
    }
  }
}
