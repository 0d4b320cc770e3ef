package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static dev.weft.operator.Networks.overlay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.AddressCounts;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.OverlayOptions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("api-server")
class AllocationOnApiServerTest extends NetworksOnApiServer {
  @Test
  void whatWasAllocatedIsKeptOverARestart() {
    CLUSTER.agents().join("n1");
    create(network("first", "overlay"));
    awaitReady("first");
    create(network("second", "overlay"));
    awaitReady("second");
    ContainerNetworkStatus before = status("second");
    delete("first");
    awaitGone("first");

    CLUSTER.stopOperator();
    CLUSTER.startOperator();
    create(network("third", "overlay"));
    awaitReady("third");

    assertThat(status("second")).isEqualTo(before);
    assertThat(status("third").vni()).isNotEqualTo(before.vni());
    assertThat(status("third").subnets()).doesNotContainAnyElementsOf(before.subnets());
  }

  @Test
  void networksThatComeAtOnceGetDifferentSubnetsAndVnis() {
    CLUSTER.agents().join("n1");

    IntStream.range(0, 20).parallel().forEach(each -> create(network("net" + each, "overlay")));

    IntStream.range(0, 20).forEach(each -> awaitReady("net" + each));
    List<ContainerNetwork> all = client().resources(ContainerNetwork.class).list().getItems();
    assertThat(all).extracting(each -> each.getStatus().vni()).doesNotHaveDuplicates().hasSize(20);
    assertThat(all).extracting(each -> each.getStatus().subnets()).doesNotHaveDuplicates();
  }

  @Test
  void aSubnetThatIsTakenStallsTheYoungerUntilTheOlderGoes() {
    CLUSTER.agents().join("n1");
    create(network("old", "bridge", "172.20.0.0/16"));
    awaitReady("old");
    create(network("new", "bridge", "172.20.3.0/24"));

    awaitStalled("new", "SubnetConflict");
    assertThat(ready("new").getStatus()).isEqualTo(Conditions.FALSE);
    assertThat(ready("new").getMessage()).contains("172.20.3.0/24", "172.20.0.0/16", "old");
    assertThat(status("new").subnets()).isNull();
    assertThat(hostNetworks("new")).isEmpty();
    awaitReady("old");

    delete("old");

    awaitReady("new");
    assertThat(status("new").subnets())
        .containsExactly(new EffectiveSubnet("172.20.3.0/24", "172.20.3.1", false));
  }

  @Test
  void aVniThatIsTakenStallsTheYoungerUntilItAsksForAnother() {
    CLUSTER.agents().join("n1");
    create(overlay("old", 7000));
    awaitReady("old");
    create(overlay("new", 7000));

    awaitStalled("new", "VNIConflict");
    assertThat(ready("new").getMessage()).contains("7000", "old");

    change("new", spec -> spec.overlay(new OverlayOptions(7001, null)));

    awaitReady("new");
    assertThat(status("new").vni()).isEqualTo(7001);
  }

  @Test
  void aSubnetThatANodeReachesStallsTheNetworkUntilTheRouteGoes() {
    CLUSTER.agents().join("n1", 1500, List.of("192.168.0.0/16"));
    create(network("web", "bridge", "192.168.7.0/24"));

    awaitStalled("web", "RouteConflict");
    assertThat(ready("web").getMessage()).contains("192.168.7.0/24", "192.168.0.0/16", "n1");

    CLUSTER.agents().introduce("n1", 1500, List.of());

    awaitReady("web");
  }

  @Test
  void aRouteThatComesLaterDegradesARunningNetwork() {
    CLUSTER.agents().join("n1");
    create(network("web", "bridge", "192.168.7.0/24"));
    awaitReady("web");

    CLUSTER.agents().introduce("n1", 1500, List.of("192.168.0.0/16"));

    await().until(() -> Conditions.isTrue(status("web").conditions(), Conditions.DEGRADED));
    awaitReady("web");
  }

  @Test
  void anOverlaysMtuIsWhatTheSmallestUnderlayCarries() {
    CLUSTER.agents().join("n1", 1500, List.of());
    CLUSTER.agents().join("n2", 9000, List.of());
    create(network("blue", "overlay"));
    awaitReady("blue");
    assertThat(status("blue").mtu()).isEqualTo(1450);

    create(network("jumbo", "overlay", spec -> spec.mtu(8900)));

    awaitStalled("jumbo", "MTUTooLarge");
    assertThat(ready("jumbo").getMessage()).contains("8900", "n1", "1450");
  }

  @Test
  void aNetworkThatFillsUpWarnsBeforeItIsFull() {
    CLUSTER.agents().join("n1");
    create(network("tiny", "bridge", "172.20.0.0/29"));
    awaitReady("tiny");
    Pod pod = pod("a", "n1", "tiny");

    IntStream.rangeClosed(2, 5).forEach(each -> endpoint("tiny", "172.20.0." + each, "n1", pod));
    await().until(() -> full("tiny").getReason().equals("NearlyExhausted"));
    endpoint("tiny", "172.20.0.6", "n1", pod);

    await().until(() -> full("tiny").getStatus().equals(Conditions.TRUE));
    assertThat(status("tiny").addresses()).isEqualTo(new AddressCounts(5L, 0L));
    await()
        .until(() -> events("tiny").containsAll(List.of("Ready", "NearlyExhausted", "Exhausted")));
  }

  private static Condition full(String network) {
    return Conditions.find(status(network).conditions(), Conditions.ADDRESSES_EXHAUSTED)
        .orElseThrow();
  }
}
