package dev.weft.mesh.keys;

import dev.weft.netlink.xfrm.XfrmStateId;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a node knows when it decides about its keys.
 *
 * @param published every node's keys by epoch, at most one of a node; this node's own as others see
 *     them, which may be what it published before it was started anew
 */
public record KeyInputs(
    Self self, KeyTarget target, Map<Long, List<PublishedKey>> published, InKernel kernel) {
  public KeyInputs {
    published = Map.copyOf(published);
  }

  /**
   * The node that decides.
   *
   * @param vtep address of its end of the tunnels, as other nodes know it
   * @param local the same as its own kernel knows it: another where a NAT is between them
   */
  public record Self(String node, InetAddress vtep, InetAddress local) {
    /** The end of an association as this node's kernel knows it. */
    InetAddress here(InetAddress end) {
      return end.equals(vtep) ? local : end;
    }
  }

  /**
   * The kernel's ESP states.
   *
   * @param ours those with our mark, and where their packets come from
   * @param foreign all others
   * @param busy those of ours by which packets are still under way
   * @param exhausted those of ours that have carried as much as one may
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
