package dev.weft.agent.dataplane;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The kernel of one node, brought to a wish. Safe for use by several threads; calls wait for each
 * other.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class DataPlane implements AutoCloseable {

  private DataPlane() {}

  /** The data plane of the calling thread's network namespace. */
  public static DataPlane open() {
    throw new UnsupportedOperationException();
  }

  /**
   * The data plane of a node that is the network namespace behind {@code node}, such as {@code
   * /run/netns/a}.
   */
  public static DataPlane open(Path node) {
    throw new UnsupportedOperationException();
  }

  /**
   * Brings the kernel to the wish, as far as {@code dirty} says. What one network lacks keeps no
   * other from being made. The first call looks at everything, whatever {@code dirty} says.
   */
  public Outcome reconcile(NodeWish wish, Dirty dirty) {
    throw new UnsupportedOperationException();
  }

  /** What {@link #reconcile} of everything would change; nothing is changed. */
  public List<Change> plan(NodeWish wish) {
    throw new UnsupportedOperationException();
  }

  /** Chooses where the node's tunnels start; never on a device of ours. */
  public Underlay underlay(UnderlayChoice choice) {
    throw new UnsupportedOperationException();
  }

  /**
   * Has {@code listener} told of drift from now on, on a thread of its own. It must return soon and
   * not call back into this object.
   */
  public void onDrift(Consumer<DriftEvent> listener) {
    throw new UnsupportedOperationException();
  }

  /** Lets go of the kernel; all that was made stays. */
  @Override
  public void close() {}
}
