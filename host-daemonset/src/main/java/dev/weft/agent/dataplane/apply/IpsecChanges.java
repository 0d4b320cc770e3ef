package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.Outcome.Failed;
import dev.weft.netlink.xfrm.XfrmRequest;
import java.util.ArrayList;
import java.util.List;

/** Changes the IPsec tables, and the UDP ports that receive ESP. */
record IpsecChanges(HostKernel kernel, Apply.Secrets secrets, FailedChanges failed) {
  /** Changes states and policies in one batch. */
  void make(List<Change> changes) {
    List<XfrmRequest> requests = new ArrayList<>();
    List<Integer> numbers =
        changes.stream().anyMatch(each -> each instanceof Change.Create(IpsecItem.SecurityPolicy _))
            ? kernel.ipsec().freeNumbers(changes.size())
            : List.of();
    for (Change change : changes) {
      requests.add(IpsecRequests.of(change, secrets, numbers, requests.size()));
    }
    if (requests.isEmpty()) {
      return;
    }
    try {
      var outcomes = kernel.xfrm().execute(requests);
      for (int i = 0; i < requests.size(); i++) {
        if (outcomes.get(i) instanceof Failed(NetlinkException error)
            && !(changes.get(i) instanceof Change.Remove
                && FailedChanges.NOT_FOUND.contains(error.errnoName()))) {
          failed.fail(changes.get(i), error);
        }
      }
    } catch (NetlinkException e) {
      changes.forEach(change -> failed.fail(change, e));
    }
  }

  /** Opens or closes the UDP port at which the node receives ESP. */
  void port(Change change) {
    failed.attempt(
        change,
        () -> {
          switch (change) {
            case Change.Create(IpsecItem.EspPort port) -> kernel.espPorts().open(port);
            case Change.Remove(IpsecItem.EspPort port, _) -> kernel.espPorts().close(port);
            case Change.Create _, Change.Alter _, Change.Remove _ ->
                throw new IllegalArgumentException(change + " is none of a port");
          }
        });
  }
}
