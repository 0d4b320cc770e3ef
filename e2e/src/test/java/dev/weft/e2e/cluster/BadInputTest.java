package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Attachments;
import dev.weft.api.Conditions;
import dev.weft.api.Defaults;
import dev.weft.api.Names;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each mistake is refused or reported in a condition, with a message that says what to change. */
@Tag("api-server")
@ExtendWith(InLab.class)
class BadInputTest {
  private final Lab lab;
  private final Cluster cluster;
  private final Made made;

  BadInputTest(Lab lab) {
    this.lab = lab;
    this.cluster = new Cluster(lab.client());
    this.made = new Made(lab);
  }

  @AfterEach
  void theOtherNetworksStayReady() {
    made.close();
    assertThat(InLab.NETWORKS).allMatch(cluster::isReady);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("an unknown driver", "driver: pigeon", "driver"),
        Arguments.of(
            "a subnet of another network",
            "driver: overlay\nsubnets: [{cidr: 10.10.0.128/25}]",
            "blue"),
        Arguments.of(
            "a subnet that a node has a route to",
            "driver: bridge\nsubnets: [{cidr: 192.168.77.0/26}]",
            "192.168.77.0/24"),
        Arguments.of(
            "a VNI of another network",
            "driver: overlay\nsubnets: [{cidr: 10.99.0.0/24}]\noverlay: {vni: VNI-OF-BLUE}",
            "blue"),
        Arguments.of(
            "a parent that no node has",
            "driver: macvlan\nsubnets: [{cidr: 10.98.0.0/24}]\nmacvlan: {parent: eth9}",
            "eth9"),
        Arguments.of(
            "a gateway outside the subnet",
            "driver: bridge\nsubnets: [{cidr: 10.97.0.0/24, gateway: 10.96.0.1}]",
            "10.96.0.1"),
        Arguments.of(
            "a subnet for a gateway and nobody else",
            "driver: bridge\nsubnets: [{cidr: 10.97.0.0/32}]",
            "/32"),
        Arguments.of(
            "a subnet of two addresses on a bridge",
            "driver: bridge\nsubnets: [{cidr: 10.97.0.0/31}]",
            "/31"),
        Arguments.of(
            "an MTU below IPv6's least",
            "driver: bridge\nmtu: 1000\nsubnets: [{cidr: 'fd00:97::/64'}]",
            "1280"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void isAnsweredByWhatToChange(String what, String spec, String words) {
    try {
      made.network("bad", spec.replace("VNI-OF-BLUE", vniOfBlue()));
    } catch (KubernetesClientException refused) {
      assertThat(refused.getCode()).isEqualTo(422);
      assertThat(refused.getMessage()).contains(words);
      return;
    }
    awaitComplaint("bad", words);
  }

  @Test
  void aVniUsedByAForeignDeviceOnOneNodeIsNamedAndTheDeviceIsLeftAlone() {
    try (Netlink node = Netlink.open(lab.node("weft-2").namespace())) {
      Link foreign =
          node.linkAdd(
              LinkSpec.of("foreign0", LinkKind.Vxlan.vni(70000).port(Defaults.CLEAR_PORT).build()));
      try {
        made.network(
            "clash", "driver: overlay\nsubnets: [{cidr: 10.95.0.0/24}]\noverlay: {vni: 70000}");
        made.pod("clash", "weft-2", "clash");

        awaitComplaint("clash", "foreign0");
        assertThat(node.link("foreign0")).isPresent();
      } finally {
        node.linkDelete(foreign.index());
      }
      InLab.awaitRunning(cluster, "clash");
    }
  }

  @Test
  void anImmutableFieldIsNotChanged() {
    made.network("fixed", "driver: bridge\nsubnets: [{cidr: 10.94.0.0/24}]");
    InLab.awaitReady(cluster, "fixed");

    try {
      made.network("fixed", "driver: bridge\nsubnets: [{cidr: 10.93.0.0/24}]");
    } catch (KubernetesClientException refused) {
      assertThat(refused.getCode()).isEqualTo(422);
      assertThat(refused.getMessage()).contains("subnets");
      return;
    }
    awaitComplaint("fixed", "subnets");
    assertThat(cluster.network("fixed").orElseThrow().getStatus().subnets())
        .extracting("cidr")
        .containsExactly("10.94.0.0/24");
  }

  @Test
  void annotationsBeyondTheApiServersLimitAreRefusedByIt() {
    for (int kibibytes : new int[] {300, 10 * 1024}) {
      Pod pod =
          new PodBuilder()
              .withNewMetadata()
              .withName("huge")
              .addToAnnotations(Names.NETWORKS_ANNOTATION, "x".repeat(kibibytes * 1024))
              .endMetadata()
              .withNewSpec()
              .withNodeName("weft-1")
              .addNewContainer()
              .withName("shell")
              .withImage("busybox")
              .endContainer()
              .endSpec()
              .build();

      assertThatThrownBy(() -> lab.client().resource(pod).create())
          .isInstanceOf(KubernetesClientException.class)
          .extracting(e -> ((KubernetesClientException) e).getCode())
          .isIn(413, 422);
    }
  }

  @Test
  void anAnnotationLongerThanTheAgentReadsIsAnsweredAtThePod() {
    made.pod("long", "weft-1", "blue, ".repeat(20_000) + "blue");

    await().atMost(InLab.PATIENCE).until(() -> !lab.attachError("long").isEmpty());
    assertThat(lab.attachError("long")).contains(String.valueOf(Attachments.LONGEST));
  }

  private String vniOfBlue() {
    return String.valueOf(cluster.network("blue").orElseThrow().getStatus().vni());
  }

  private void awaitComplaint(String network, String words) {
    await("a condition of %s that says %s".formatted(network, words))
        .atMost(InLab.PATIENCE)
        .untilAsserted(() ->
            assertThat(
                    Stream.of(Conditions.STALLED, Conditions.DEGRADED)
                        .map(type -> cluster.condition(network, type))
                        .flatMap(Optional::stream)
                        .filter(each -> Objects.equals(each.getStatus(), Conditions.TRUE))
                        .map(Condition::getMessage))
                .as(cluster.describe(network))
                .anyMatch(message -> message.contains(words)));
    assertThat(cluster.isReady(network)).isFalse();
  }
}
