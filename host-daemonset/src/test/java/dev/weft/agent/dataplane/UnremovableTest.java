package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.apply.Apply;
import dev.weft.agent.dataplane.apply.StuckDevices;
import dev.weft.agent.dataplane.driver.DesiredState;
import dev.weft.agent.dataplane.driver.FilterRules;
import dev.weft.agent.dataplane.driver.NodeContext;
import dev.weft.agent.dataplane.driver.TunnelRules;
import dev.weft.agent.dataplane.kernel.DeviceIndexes;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.NodeSettings;
import dev.weft.agent.dataplane.kernel.ObservedState;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.netlink.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A device that the kernel does not remove affects only its own network. */
class UnremovableTest {
  private static final String BRIDGE = "wb-000000010000";

  /** A device that no kernel removes stands for all refused removals. */
  private static final Change.Remove REFUSED =
      new Change.Remove(
          new Item.Device(
              Owner.network("gone"),
              DeviceName.onNode("lo"),
              new DeviceKind.Bridge(),
              MacAddress.ZERO,
              1500,
              true,
              Optional.empty()),
          "not desired");

  private static final Change RULES =
      new Change.Alter(
          new Item.Filter("an earlier one"),
          FilterRules.table(List.of(FilterRules.of("lo", Set.of())), Set.of(), TunnelRules.NONE)
              .orElseThrow(),
          "was an earlier one");

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final HostKernel kernel =
      new HostKernel(node.namespace().duplicate(), new NodeSettings(Optional.empty()));

  @AfterEach
  void nothingStays() {
    kernel.close();
    lab.close();
  }

  private Set<Change> failed(Set<String> stuck) {
    try (Apply apply = new Apply(kernel, new DeviceIndexes(), Apply.Secrets.NONE, stuck)) {
      return Set.copyOf(apply.run(List.of(REFUSED, RULES)).keySet());
    }
  }

  @Test
  void noRuleIsLiftedOverADeviceThatUnexpectedlyStays() {
    assertThat(failed(Set.of())).containsExactlyInAnyOrder(REFUSED, RULES);
    assertThat(node.ruleset()).isEmpty();
    assertThat(StuckDevices.of(failed(Set.of()))).containsExactly("lo");
  }

  @Test
  void theRulesOfOthersChangeWhenTheyCountWithWhatStays() {
    assertThat(failed(Set.of("lo"))).containsExactly(REFUSED);
    assertThat(node.ruleset()).contains("table inet weft");
  }

  @Test
  void whatStaysIsShutWhenItsNetworkIsNoLongerDesired() {
    lab.plane(node)
        .reconcile(
            TestSpecs.of(
                "net",
                TestSpecs.network(
                    TestSpecs.bridge(1, TestSpecs.subnet("10.77.0.0/24", "10.77.0.1")))),
            PassScope.EVERYTHING);

    assertThat(filter(Set.of())).isEmpty();
    assertThat(filter(Set.of(BRIDGE)))
        .hasValueSatisfying(text ->
            assertThat(text)
                .containsPattern("set closed \\{[^}]*" + BRIDGE)
                .contains("@deaf drop"));
  }

  private Optional<String> filter(Set<String> stuck) {
    NodeContext context =
        new NodeContext(
            kernel.observe(Map.of(), true),
            new ObservedState.Ownership(Map.of(), Map.of(), Set.of()),
            TestSpecs.none(),
            new NodeContext.Secrecy(Set.of(), Optional.empty()),
            stuck);
    return DesiredState.of(TestSpecs.none(), context)
        .state()
        .get(new Item.Key.OfFilter())
        .map(item -> ((Item.Filter) item).text());
  }
}
