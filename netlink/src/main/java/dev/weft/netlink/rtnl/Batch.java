package dev.weft.netlink.rtnl;

import dev.weft.netlink.Errno;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.Outcome;
import dev.weft.netlink.wire.Calls;
import dev.weft.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests in order; the creation of some links takes two steps. */
final class Batch {
  private final NetlinkSocket socket;
  private final Calls<Request> calls;

  Batch(NetlinkSocket socket) {
    this.socket = socket;
    this.calls = new Calls<>(socket, RequestWriter::write, Request::inWords);
  }

  List<Outcome> execute(List<? extends Request> requests) {
    var outcomes = new ArrayList<Outcome>(requests.size());
    int from = 0;
    for (int i = 0; i < requests.size(); i++) {
      if (requests.get(i) instanceof Request.LinkAdd add
          && add.spec().settings().needsSecondStep()) {
        calls.execute(requests.subList(from, i), outcomes);
        outcomes.add(addInSteps(add));
        from = i + 1;
      }
    }
    calls.execute(requests.subList(from, requests.size()), outcomes);
    return outcomes;
  }

  private Outcome addInSteps(Request.LinkAdd add) {
    LinkSpec spec = add.spec();
    if (alone(add) instanceof Outcome.Failed failed) {
      return failed;
    }
    @Nullable Link link = Query.link(socket, spec.name()).orElse(null);
    if (link == null) {
      return new Outcome.Failed(
          new NetlinkException(
              add.inWords(), Errno.ENODEV, "another process removed or renamed it meanwhile"));
    }
    Outcome set = alone(LinkWriter.secondStep(link.index(), spec.settings()));
    if (set instanceof Outcome.Failed(NetlinkException error)) {
      alone(new Request.LinkRemove(link.index()));
      return new Outcome.Failed(
          new NetlinkException(add.inWords(), error.errno(), error.explanation()));
    }
    return set;
  }

  private Outcome alone(Request request) {
    var outcome = new ArrayList<Outcome>(1);
    calls.execute(List.of(request), outcome);
    return outcome.getFirst();
  }
}
