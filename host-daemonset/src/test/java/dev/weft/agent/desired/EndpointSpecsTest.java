package dev.weft.agent.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.Given;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SandboxReference;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EndpointSpecsTest {
  private static final Sandbox ONE =
      new Sandbox(
          new SandboxReference("one", "default", "one", "uid-one", null),
          Path.of("/run/netns/one"),
          "blue");
  private final ContainerNetwork blue = Given.overlay("blue", "10.0.0.0/24");

  private static Optional<InetAddress> vtep(String node) {
    return node.equals("b") ? Optional.of(InetAddress.ofLiteral("192.0.2.2")) : Optional.empty();
  }

  @Test
  void aSandboxHasOneInterfaceWithAllItsAddresses() {
    NetworkEndpoint four = Given.endpoint(blue, "a", "one", "10.0.0.9/24");
    NetworkEndpoint six = Given.endpoint(blue, "a", "one", "fd00::9/64");
    NetworkEndpoint others = Given.endpoint(blue, "a", "two", "10.0.0.8/24");

    assertThat(EndpointSpecs.local(ONE, List.of(six, others, four), Optional.of("eth7")))
        .containsExactly(
            new LocalEndpoint(
                "one:eth7",
                Path.of("/run/netns/one"),
                "eth7",
                MacAddress.parse("02:42:0a:00:00:09"),
                List.of(IpPrefix.parse("10.0.0.9/24"), IpPrefix.parse("fd00::9/64")),
                true));
  }

  @Test
  void anEndpointOfAnEarlierSandboxOfThePodIsNotWired() {
    NetworkEndpoint endpoint = Given.endpoint(blue, "a", "one", "10.0.0.9/24");
    Sandbox later =
        new Sandbox(
            new SandboxReference("later", "default", "one", "uid-one", null),
            Path.of("/run/netns/l"),
            "blue");
    assertThat(EndpointSpecs.local(later, List.of(endpoint), Optional.empty())).isEmpty();
  }

  @Test
  void onlyEndpointsOfOtherNodesWithAKnownWayAreRemote() {
    List<NetworkEndpoint> endpoints =
        List.of(
            Given.endpoint(blue, "a", "one", "10.0.0.9/24"),
            Given.endpoint(blue, "b", "two", "10.0.0.8/24"),
            Given.endpoint(blue, "c", "three", "10.0.0.7/24"));
    assertThat(EndpointSpecs.remotes("a", endpoints, EndpointSpecsTest::vtep))
        .isEqualTo(
            Map.of(
                "blue.10.0.0.8",
                new RemoteEndpoint(
                    InetAddress.ofLiteral("10.0.0.8"),
                    MacAddress.parse("02:42:0a:00:00:09"),
                    InetAddress.ofLiteral("192.0.2.2"))));
  }

  @Test
  void aMalformedEndpointIsLeftOutAlone() {
    NetworkEndpoint bad = Given.endpoint(blue, "b", "bad", "10.0.0.300/24");
    NetworkEndpoint good = Given.endpoint(blue, "b", "two", "10.0.0.8/24");
    NetworkEndpoint empty = new NetworkEndpoint();
    empty.setMetadata(good.getMetadata());
    assertThat(EndpointSpecs.remotes("a", List.of(bad, empty, good), EndpointSpecsTest::vtep))
        .hasSize(1);
    assertThat(
            EndpointSpecs.local(
                ONE, List.of(Given.endpoint(blue, "a", "one", "no/address")), Optional.empty()))
        .isEmpty();
  }
}
