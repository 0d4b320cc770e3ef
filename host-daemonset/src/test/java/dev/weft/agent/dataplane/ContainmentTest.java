package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.BridgeOptions;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ContainmentTest extends Containment {
  @Test
  void anOverlayThatIsHeldKeepsItsRules() {
    make(overlay(PEER));
    String before = node.ruleset();

    ReconcileOutcome outcome =
        plane.reconcile(
            new NodeSpec(
                "node",
                Optional.empty(),
                Map.of("blue", blue()),
                true,
                Optional.empty(),
                Set.of(IpPrefix.parseAddress(PEER))),
            PassScope.EVERYTHING);

    assertThat(outcome.of("blue").problems()).isNotEmpty();
    assertThat(before).contains(OVERLAY);
    assertThat(node.ruleset()).isEqualTo(before);
  }

  @Test
  void aForeignBridgeWithAMarkAndAnInvalidNameBlocksNoRules() {
    make(overlay(PEER));
    node.netlink()
        .linkAdd(
            new LinkSpec(
                "a\"}#",
                new LinkKind.Bridge(),
                LinkSettings.builder().alias("weft.dev/" + blue().uid()).build()));
    NetworkSpec red =
        TestSpecs.network(
            TestSpecs.bridge(2, SUBNET), TestSpecs.endpoint(b, "eth0", "10.77.0.2/24"));

    ReconcileOutcome outcome =
        plane.reconcile(
            new NodeSpec(
                "node",
                Optional.empty(),
                Map.of("blue", blue(), "red", red),
                true,
                Optional.empty(),
                Set.of(IpPrefix.parseAddress(PEER))),
            PassScope.EVERYTHING);

    assertThat(outcome.of("red").problems()).isEmpty();
    assertThat(node.ruleset()).contains("wb-000000020000", OVERLAY);
  }

  @Test
  void endpointsThatAreKeptApartDoNotMeetAtTheGateway() {
    NetworkSpec apart =
        TestSpecs.network(
            TestSpecs.bridge(2, new BridgeOptions(null, true, false, "NAT"), SUBNET),
            TestSpecs.endpoint(a, "eth0", "10.77.0.2/24"),
            TestSpecs.endpoint(b, "eth0", "10.77.0.3/24"));
    make(TestSpecs.of("red", apart));
    a.route("10.77.0.3/32", "10.77.0.1");
    b.route("10.77.0.2/32", "10.77.0.1");

    assertThat(a.reaches(b, "10.77.0.3")).isFalse();
    assertThat(a.reaches(node, "10.77.0.1")).isTrue();
  }

  @Test
  void aBridgeStaysWithItsNetwork() {
    NetworkSpec web = bridge(7, "weft-web", SUBNET);
    make(TestSpecs.of("web", web));
    int index = node.link("weft-web").index();

    ReconcileOutcome outcome =
        plane.reconcile(
            TestSpecs.of(
                Map.of("web", web, "aa", bridge(3, "weft-web", TestSpecs.subnet("172.31.9.0/24")))),
            PassScope.EVERYTHING);

    assertThat(outcome.of("web").problems()).isEmpty();
    assertThat(outcome.of("aa").isStalled()).isTrue();
    assertThat(outcome.of("aa").problems().toString()).contains("network web");
    assertThat(node.link("weft-web").index()).isEqualTo(index);
    assertThat(node.link("weft-web").alias()).contains(web.uid());
  }

  @Test
  void aDeviceThatHasTheNameAsAFurtherOneIsNamedAndStaysAsItIs() throws Exception {
    altname("add");
    List<Address> before = node.netlink().addresses();
    NodeSpec web = TestSpecs.of("web", bridge(7, "weft-web", SUBNET));

    String problems = plane.reconcile(web, PassScope.EVERYTHING).of("web").problems().toString();

    assertThat(node.netlink().addresses()).isEqualTo(before);
    assertThat(problems).contains("'uplink'", "altname");
    altname("del");
    make(web);
  }

  @Test
  void aBridgeTakesNoNameThatCouldBeDerived() {
    ReconcileOutcome outcome =
        plane.reconcile(
            TestSpecs.of("aa", bridge(3, "we-0123456789ab", SUBNET)), PassScope.EVERYTHING);

    assertThat(outcome.of("aa").isStalled()).isTrue();
  }

  @Test
  void aNetworkIsGoneOnlyAfterALookAtTheWholeKernel() {
    make(overlay(PEER));
    ReconcileOutcome partial =
        plane.reconcile(overlay(PEER), PassScope.endpoints(Map.of("blue", Set.of("none"))));
    ReconcileOutcome gone =
        plane.reconcile(TestSpecs.from(NODE, Map.of()), PassScope.networks(Set.of("blue")));

    assertThat(partial.isGone(blue().uid())).isFalse();
    assertThat(partial.isGone("another")).isFalse();
    assertThat(gone.isGone(blue().uid())).isTrue();
  }

  @Test
  void aFlushedRulesetIsBackAndReported() {
    ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
    make(overlay(PEER));
    String before = node.ruleset();
    plane.onDrift(drift::add);

    node.nft("flush ruleset");

    Awaitility.await().until(() -> node.ruleset().equals(before));
    Awaitility.await().until(() -> !drift.isEmpty());
    ReconcileOutcome outcome = plane.reconcile(overlay(PEER), drift.remove().scope());
    assertThat(outcome.of("blue").repaired().toString()).contains("packet filter", "removed");
  }

  @Test
  void tablesOfOthersAreTheirBusinessAndOursComesBackWhateverIsChanged() {
    ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
    make(overlay(PEER));
    String ours = node.ruleset();
    plane.onDrift(drift::add);
    node.nft("add table inet theirs; add chain inet theirs c");
    node.nft("delete table inet theirs");
    for (String deed :
        new String[] {
          "insert rule inet weft forward accept",
          "flush chain inet weft input",
          "add element inet weft peers4 { 192.0.2.66 }",
          "add chain inet weft more",
          "delete table inet weft"
        }) {
      node.nft(deed);
      Awaitility.await(deed).until(() -> node.ruleset().equals(ours));
      Awaitility.await(deed).until(() -> !drift.isEmpty());
      drift.clear();
      plane.reconcile(overlay(PEER), PassScope.EVERYTHING);
    }
    assertThat(drift).isEmpty();
  }
}
