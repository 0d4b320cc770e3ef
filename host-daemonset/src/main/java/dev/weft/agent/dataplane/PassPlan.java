package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.drift.UnderlyingDevices;
import dev.weft.agent.dataplane.driver.DesiredState;
import dev.weft.agent.dataplane.driver.NodeContext;
import dev.weft.agent.dataplane.ipsec.NodeKeys;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.Plan;
import dev.weft.agent.dataplane.model.State;
import java.util.List;

/**
 * What a pass over the whole kernel knows before its first change. Pure.
 *
 * @param observed Weft's items in the kernel
 * @param changes from the observed to the desired state
 */
record PassPlan(
    Observation observation,
    DesiredState desired,
    NodeKeys.Draft keys,
    State observed,
    List<Change> changes,
    UnderlyingDevices underlying) {

  static PassPlan of(
      NodeContext context, DesiredState desired, NodeKeys.Draft keys, State observed) {
    List<Change> changes =
        Plan.between(desired.state().with(keys.items()), observed).stream()
            .filter(desired::isDue)
            .toList();
    return new PassPlan(
        context.observation(),
        desired,
        keys,
        observed,
        changes,
        UnderlyingDevices.of(context.nodeSpec(), context, desired));
  }

  /** The whole desired state. */
  State target() {
    return desired.state().with(keys.items());
  }

  /** Returns the state of the kernel after these changes. */
  State after(List<Change> made) {
    State target = target();
    return State.of(
        observed.after(made).items().values().stream()
            .map(item -> target.get(item.key()).filter(item::isAsDesired).orElse(item))
            .toList());
  }
}
