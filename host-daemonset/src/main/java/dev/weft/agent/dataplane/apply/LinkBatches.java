package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.SandboxHandle;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.Outcome.Failed;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Sends rtnetlink requests: one batch for the node and one for each sandbox. */
record LinkBatches(HostKernel kernel, FailedChanges failed) {
  /** Sends the requests of the changes that have not failed. */
  void send(List<Change> changes, Function<Change, List<LinkRequest>> requests) {
    Map<NamespaceRef, List<LinkRequest>> batches = new LinkedHashMap<>();
    for (Change change : failed.without(changes)) {
      failed.attempt(
          change,
          () ->
              requests
                  .apply(change)
                  .forEach(each ->
                      batches.computeIfAbsent(each.place(), _ -> new ArrayList<>()).add(each)));
    }
    batches.forEach(this::send);
  }

  private void send(NamespaceRef place, List<LinkRequest> batch) {
    Optional<Netlink> netlink;
    try {
      netlink =
          place.isNode()
              ? Optional.of(kernel.netlink())
              : kernel.enter(place.sandbox()).map(SandboxHandle::netlink);
    } catch (NetlinkException noDescriptorLeft) {
      batch.forEach(each -> failed.fail(each.change(), noDescriptorLeft));
      return;
    }
    if (netlink.isEmpty()) {
      batch.forEach(each -> failed.fail(each.change(), new ApplyError.SandboxGone(place)));
      return;
    }
    var outcomes = netlink.get().execute(batch.stream().map(LinkRequest::request).toList());
    for (int i = 0; i < batch.size(); i++) {
      if (outcomes.get(i) instanceof Failed(NetlinkException error)
          && !isHarmless(batch.get(i).request(), error)) {
        failed.fail(batch.get(i).change(), error);
      }
    }
  }

  /** Whether an error means that the kernel already has the requested state. */
  private static boolean isHarmless(Request request, NetlinkException error) {
    return switch (request) {
      case Request.LinkRemove _,
          Request.AddressRemove _,
          Request.RouteRemove _,
          Request.NeighbourRemove _,
          Request.FdbRemove _ ->
          FailedChanges.NOT_FOUND.contains(error.errnoName());
      case Request.AddressAdd _, Request.FdbAppend _, Request.RouteAppend _ ->
          error.errnoName().equals("EEXIST");
      case Request.LinkAdd _,
          Request.LinkChange _,
          Request.RouteAdd _,
          Request.RouteReplace _,
          Request.NeighbourSet _,
          Request.FdbSet _ ->
          false;
    };
  }
}
