package dev.weft.agent.pass;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.agent.services.BalancingTables;
import java.util.List;
import java.util.function.Consumer;

/** The part of the node's kernel that the agent's loops use. */
public interface NodeKernel {
  /** {@link DataPlane#reconcile(NodeSpec, PassScope, Consumer)}. */
  ReconcileOutcome reconcile(NodeSpec nodeSpec, PassScope scope, Consumer<ReconcileOutcome> made);

  /** Changes that would bring the kernel to a NodeSpec; makes none. */
  List<Change> plan(NodeSpec nodeSpec);

  /** Chooses the source address of the node's tunnels. */
  LocalVtep underlay(UnderlayChoice choice);

  /** The tables with which sandboxes balance services. */
  BalancingTables balancingTables();
}
