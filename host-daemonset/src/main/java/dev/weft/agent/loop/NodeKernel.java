package dev.weft.agent.loop;

import dev.weft.agent.balance.Filters;
import dev.weft.agent.dataplane.Change;
import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.Dirty;
import dev.weft.agent.dataplane.NodeWish;
import dev.weft.agent.dataplane.Outcome;
import dev.weft.agent.dataplane.Underlay;
import dev.weft.agent.dataplane.UnderlayChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The part of the node's kernel that the agent's loops use. */
public interface NodeKernel {
  /** {@link DataPlane#reconcile(NodeWish, Dirty, Consumer)}. */
  Outcome reconcile(NodeWish wish, Dirty dirty, Consumer<Outcome> made);

  /** What bringing the kernel to a wish would change; nothing is changed. */
  List<Change> plan(NodeWish wish);

  /** Chooses where the node's tunnels start. */
  Underlay underlay(UnderlayChoice choice);

  /**
   * The packet filter of a sandbox.
   *
   * @param sandbox file of its network namespace
   */
  Filters.Filter filter(Path sandbox);
}
