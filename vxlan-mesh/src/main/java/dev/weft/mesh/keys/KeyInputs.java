package dev.weft.mesh.keys;

import dev.weft.netlink.xfrm.XfrmStateId;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Inputs of a {@link KeyDecision}.
 *
 * @param published published keys by epoch, at most one per node; this node's own key may be from
 *     before its restart
 */
public record KeyInputs(
    Self self, KeyTarget target, Map<Long, List<PublishedKey>> published, InKernel kernel) {
  public KeyInputs {
    published = Map.copyOf(published);
  }

  /**
   * The node that decides.
   *
   * @param vtep VTEP address of the node, as other nodes know it
   * @param local VTEP address of the node in its own kernel; differs from {@code vtep} behind a NAT
   */
  public record Self(String node, InetAddress vtep, InetAddress local) {
    /** Address of one end of an association in this node's kernel. */
    InetAddress here(InetAddress end) {
      return end.equals(vtep) ? local : end;
    }
  }

  /**
   * The kernel's ESP states.
   *
   * @param ours states with Weft's mark, and the source address of their packets
   * @param foreign all other states
   * @param busy Weft's states with packets still in flight
   * @param exhausted Weft's states that have reached their volume limit
   */
  public record InKernel(
      Map<XfrmStateId, InetAddress> ours,
      Set<XfrmStateId> foreign,
      Set<XfrmStateId> busy,
      Set<XfrmStateId> exhausted) {
    public InKernel {
      ours = Map.copyOf(ours);
      foreign = Set.copyOf(foreign);
      busy = Set.copyOf(busy);
      exhausted = Set.copyOf(exhausted);
    }
  }
}
