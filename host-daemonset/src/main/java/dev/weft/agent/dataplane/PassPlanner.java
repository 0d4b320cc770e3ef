package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.drift.LastApplied;
import dev.weft.agent.dataplane.driver.DesiredState;
import dev.weft.agent.dataplane.driver.NodeContext;
import dev.weft.agent.dataplane.ipsec.NodeKeys;
import dev.weft.agent.dataplane.kernel.DeviceIndexes;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.IpsecTables;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.kernel.ObservedState;
import dev.weft.agent.dataplane.kernel.SharedItems;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.State;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.Problem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the kernel and compares it with the desired state, without changing anything. */
record PassPlanner(
    HostKernel kernel, NodeKeys keys, DeviceIndexes indexes, SandboxInterfaces interfaces) {

  /**
   * Plans a pass over the whole kernel.
   *
   * @param last null before the first pass
   * @param stuck devices that the kernel did not remove
   */
  PassPlan plan(NodeSpec spec, @Nullable LastPass last, Set<String> stuck) {
    LastApplied left = last == null ? LastApplied.of(State.of(Set.of())) : last.applied();
    Map<Owner, String> sandboxes = SandboxInterfaces.sandboxes(spec, left);
    Observation observation =
        kernel.observe(interfaces.expected(spec, left, sandboxes), last == null);
    ObservedState.Ownership marks =
        new ObservedState.Ownership(marksWeSet(left), sandboxes, Set.of());
    NodeContext context = context(spec, last, observation, marks, stuck);
    DesiredState desired = DesiredState.of(spec, context);
    IpsecTables ipsec =
        last == null
                || spec.keys().isPresent()
                || !spec.encryptedPorts().isEmpty()
                || last.hasIpsec()
            ? kernel.ipsec()
            : IpsecTables.EMPTY;
    NodeKeys.Draft draft = keys.draft(spec, context.secrecy().ports(), ipsec);
    Set<Item.Key> ourAddresses = new HashSet<>(desired.state().items().keySet());
    left.items().forEach(item -> ourAddresses.add(item.key()));
    State observed =
        ObservedState.in(
                observation,
                new ObservedState.Ownership(marks.lostMarks(), sandboxes, ourAddresses))
            .with(
                SharedItems.read(
                    kernel,
                    desired.state(),
                    observation.settings().keySet(),
                    GuardOwners.of(spec, left)))
            .with(ipsec.items());
    return PassPlan.of(context, desired, draft, observed);
  }

  private NodeContext context(
      NodeSpec spec,
      @Nullable LastPass last,
      Observation observation,
      ObservedState.Ownership marks,
      Set<String> stuck) {
    Set<Integer> ports =
        LastPass.shutPorts(
            spec, last == null ? Set.of() : last.shut(), observation.node().links(), stuck);
    Optional<Problem> hindrance = ports.isEmpty() ? Optional.empty() : keys.hindrance(spec);
    return new NodeContext(
        observation, marks, spec, new NodeContext.Secrecy(ports, hindrance), stuck);
  }

  /** Devices that Weft made, by index. The index identifies them even without their mark. */
  private Map<Integer, Owner> marksWeSet(LastApplied left) {
    Map<Integer, Owner> marks = new HashMap<>();
    for (Item item : left.items()) {
      if (item instanceof Item.Device device && device.name().place().isNode()) {
        indexes.of(device.name().name()).ifPresent(index -> marks.put(index, device.owner()));
      }
    }
    return marks;
  }
}
