package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.Wire;
import dev.weft.e2e.manifests.Kubectl;
import dev.weft.e2e.net.Capture;
import dev.weft.e2e.net.EchoRequest;
import dev.weft.e2e.net.Ping;
import dev.weft.e2e.net.VxlanFrame;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Neighbour;
import dev.weft.netlink.rtnl.Netlink;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("api-server")
@ExtendWith(InLab.class)
class MainPathTest {
  private final Lab lab;
  private final Cluster cluster;
  private final LabSandboxes sandboxes;

  MainPathTest(Lab lab) {
    this.lab = lab;
    this.cluster = new Cluster(lab.client());
    this.sandboxes = new LabSandboxes(lab);
  }

  static Stream<Arguments> pairs() {
    List<String> pods = List.of("a", "b", "c");
    return Stream.of("blue", "lan")
        .flatMap(network ->
            pods.stream()
                .flatMap(from ->
                    pods.stream()
                        .filter(to -> !to.equals(from))
                        .map(to -> Arguments.of(network, from, to))));
  }

  @ParameterizedTest(name = "on {0} {1} reaches {2}")
  @MethodSource("pairs")
  void podsOnDifferentNodesReachEachOther(String network, String from, String to) {
    assertThat(sandboxes.reaches(from, to, network)).isTrue();
  }

  @Test
  void podsOnOneBridgeReachEachOther() {
    assertThat(sandboxes.reaches("web-1", "web-2", "web")).isTrue();
    assertThat(sandboxes.reaches("web-2", "web-1", "web")).isTrue();
  }

  @Test
  void podsOnDifferentBridgesDoNotReachEachOther() {
    assertThat(silent("web-1", sandboxes.address("db-1", "db"))).isTrue();
    assertThat(silent("db-1", sandboxes.address("web-1", "web"))).isTrue();
  }

  @Test
  void theWorldOutsideSeesTheNodesAddressOfABridgesPod() {
    try (Netlink outside = Netlink.open(lab.wire().outside());
        Capture capture =
            Capture.open(lab.wire().outside(), outside.link("eth0").orElseThrow().index())) {
      assertThat(Ping.once(sandboxes.of("web-1"), Wire.BEYOND, Duration.ofSeconds(5))).isPresent();

      assertThat(capture.frames())
          .flatExtracting(frame -> EchoRequest.read(frame).stream().toList())
          .filteredOn(echo -> echo.to().equals(Wire.BEYOND))
          .isNotEmpty()
          .allSatisfy(echo -> assertThat(echo.from()).isEqualTo(lab.node("weft-1").address()));
    }
  }

  @Test
  void aPingOnTheOverlayIsOneVxlanPacketToTheRightNodeWithTheNetworksVniAndPort() {
    int echoes = 20;
    List<VxlanFrame> sent = overlayFramesDuring(() -> ping("a", "b", echoes));

    assertThat(sent.stream().filter(VxlanFrame::isEchoRequest))
        .hasSize(echoes)
        .allSatisfy(frame -> {
          assertThat(frame.vni()).isEqualTo(status().vni());
          assertThat(frame.from()).isEqualTo(lab.node("weft-1").address());
          assertThat(frame.to()).isEqualTo(lab.node("weft-2").address());
        });
  }

  @Test
  void aQuestionForAKnownAddressIsNotFlooded() {
    InetAddress target = sandboxes.address("b", "blue");
    List<VxlanFrame> sent =
        overlayFramesDuring(() -> {
          forget(sandboxes.of("a"), target);
          ping("a", "b", 1);
        });

    assertThat(sent.stream().filter(VxlanFrame::isEchoRequest)).isNotEmpty();
    assertThat(sent)
        .filteredOn(frame -> frame.etherType() == VxlanFrame.ARP)
        .noneMatch(frame -> frame.to().equals(lab.node("weft-3").address()));
  }

  @Test
  void kubectlWaitsForReadyAndPrintsTheNetworks() {
    assertThat(kubectl("wait", "--for=condition=Ready", "containernetwork/blue", "--timeout=30s"))
        .contains("condition met");
    assertThat(kubectl("get", "cnet")).contains("DRIVER", "blue", "overlay", "3/3", "True");
  }

  private String kubectl(String... arguments) {
    return Kubectl.orSkip().on(lab.kubeconfig()).run(arguments).orFail();
  }

  private List<VxlanFrame> overlayFramesDuring(Runnable action) {
    ping("a", "b", 1);
    ping("a", "c", 1);
    try (Capture capture = Capture.open(lab.wire().namespace(), lab.wire().port("weft-1"))) {
      action.run();
      await().until(() -> frames(capture).stream().anyMatch(VxlanFrame::isEchoRequest));
      return frames(capture);
    }
  }

  private List<VxlanFrame> frames(Capture capture) {
    return capture.frames().stream()
        .flatMap(frame -> VxlanFrame.read(frame, status().port()).stream())
        .toList();
  }

  private dev.weft.api.ContainerNetworkStatus status() {
    return cluster.network("blue").orElseThrow().getStatus();
  }

  private void ping(String from, String to, int count) {
    try (Ping ping = Ping.open(sandboxes.of(from), sandboxes.address(to, "blue"))) {
      for (int sequence = 0; sequence < count; sequence++) {
        assertThat(ping.send(sequence)).isTrue();
        assertThat(ping.receive(Duration.ofSeconds(5))).contains(sequence);
      }
    }
  }

  private static void forget(NetworkNamespace sandbox, InetAddress address) {
    try (Netlink netlink = Netlink.open(sandbox)) {
      for (Neighbour neighbour : netlink.neighbours()) {
        if (address.equals(neighbour.address())) {
          netlink.neighbourDelete(neighbour.link(), address);
        }
      }
    }
  }

  private boolean silent(String from, InetAddress target) {
    return Ping.once(sandboxes.of(from), target, Duration.ofMillis(500)).isEmpty();
  }
}
