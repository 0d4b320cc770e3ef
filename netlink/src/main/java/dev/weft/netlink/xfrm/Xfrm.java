package dev.weft.netlink.xfrm;

import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.Outcome;
import dev.weft.netlink.wire.Calls;
import dev.weft.netlink.wire.Exclusive;
import dev.weft.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A handle for reading and changing the IPsec tables of one namespace ({@code NETLINK_XFRM}):
 * states (security associations) and policies. It stays in its namespace whichever thread uses it.
 * Threads may share it: calls wait for each other. It never flushes a table, as other programs may
 * use it too.
 */
public final class Xfrm implements AutoCloseable {
  private final Exclusive socket;
  private final Calls<XfrmRequest> calls;

  private Xfrm(NetlinkSocket socket) {
    this.socket = new Exclusive(socket, "IPsec");
    this.calls = new Calls<>(socket, XfrmRequestWriter::write, XfrmRequest::inWords);
  }

  /** A handle for the calling thread's namespace; fails if the kernel has no IPsec. */
  public static Xfrm open() {
    return new Xfrm(NetlinkSocket.xfrm());
  }

  /** A handle for a namespace, which may be closed afterwards; fails if the kernel has no IPsec. */
  public static Xfrm open(NetworkNamespace namespace) {
    return new Xfrm(namespace.call(NetlinkSocket::xfrm));
  }

  /** All states, also those of other programs. */
  public List<XfrmState> states() {
    return alone(XfrmQuery.STATES::run);
  }

  /** The state with this id. */
  public Optional<XfrmState> state(XfrmStateId id) {
    return alone(handle -> XfrmQuery.state(handle, id));
  }

  /**
   * All policies of all directions, also those of other programs, except those of single sockets.
   */
  public List<XfrmPolicy> policies() {
    return alone(XfrmQuery.POLICIES::run);
  }

  /** The policy with this id. */
  public Optional<XfrmPolicy> policy(XfrmPolicyId id) {
    return alone(handle -> XfrmQuery.policy(handle, id));
  }

  /**
   * Makes changes in order, with as many in each system call as fit. A failed change does not stop
   * the others. The keys are not destroyed.
   *
   * @return the outcome of each request, in the requests' order
   */
  public List<Outcome> execute(List<? extends XfrmRequest> requests) {
    return alone(_ -> {
      var outcomes = new ArrayList<Outcome>(requests.size());
      calls.execute(requests, outcomes);
      return outcomes;
    });
  }

  /** Makes one change or throws {@link NetlinkException}. */
  public void execute(XfrmRequest request) {
    execute(List.of(request)).getFirst().orThrow();
  }

  /** {@link XfrmRequest.StateAdd}. */
  public void stateAdd(XfrmStateSpec state, XfrmKey key) {
    execute(new XfrmRequest.StateAdd(state, key));
  }

  /** {@link XfrmRequest.StateUpdate}. */
  public void stateUpdate(XfrmStateSpec state, XfrmKey key) {
    execute(new XfrmRequest.StateUpdate(state, key));
  }

  /** {@link XfrmRequest.StateRemove}. */
  public void stateDelete(XfrmStateId id) {
    execute(new XfrmRequest.StateRemove(id));
  }

  /** {@link XfrmRequest.PolicyAdd}. */
  public void policyAdd(XfrmPolicySpec policy) {
    execute(new XfrmRequest.PolicyAdd(policy));
  }

  /** {@link XfrmRequest.PolicyUpdate}. */
  public void policyUpdate(XfrmPolicySpec policy) {
    execute(new XfrmRequest.PolicyUpdate(policy));
  }

  /** {@link XfrmRequest.PolicyRemove}. */
  public void policyDelete(XfrmPolicyId id) {
    execute(new XfrmRequest.PolicyRemove(id));
  }

  @Override
  public void close() {
    socket.close();
  }

  /** Wipes received bytes after the call: they may hold keys. */
  private <T> T alone(Function<NetlinkSocket, T> work) {
    return socket.call(handle -> {
      try {
        return work.apply(handle);
      } finally {
        handle.wipe();
      }
    });
  }
}
