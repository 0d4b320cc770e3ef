package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.drift.DriftDetector;
import dev.weft.agent.dataplane.drift.DriftWatch;
import dev.weft.agent.dataplane.drift.IpsecDriftDetector;
import dev.weft.agent.dataplane.drift.SandboxDriftDetector;
import dev.weft.agent.dataplane.drift.SandboxLosses;
import dev.weft.agent.dataplane.drift.Surroundings;
import dev.weft.agent.dataplane.kernel.DeviceIndexes;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.netlink.nft.NftablesMonitor;
import dev.weft.netlink.rtnl.Notification;
import dev.weft.netlink.xfrm.XfrmNotification;
import java.util.List;
import java.util.Optional;

/**
 * Decides which networks a kernel notification affects.
 *
 * @param seen the node when its underlay was last chosen
 */
record DriftJudge(
    HostKernel kernel,
    LastPass last,
    DeviceIndexes indexes,
    TableRestorer tables,
    SandboxInterfaces interfaces,
    SandboxLosses losses,
    Optional<Observation.View> seen)
    implements DriftWatch.Judge {

  @Override
  public Optional<DriftEvent> judge(Notification notification) {
    return new DriftDetector(kernel, last.applied(), indexes, last.underlying())
        .of(notification)
        .map(this::event)
        .or(() -> surroundings(notification));
  }

  private DriftEvent event(DriftDetector.Drift drift) {
    return new DriftEvent(last.scopeOf(drift.uids()), drift.what(), drift.restless());
  }

  @Override
  public Optional<DriftEvent> judgeDevices() {
    return new DriftDetector(kernel, last.applied(), indexes, last.underlying())
        .devices()
        .map(this::event);
  }

  @Override
  public boolean concerns(String sandbox, List<Notification> notifications) {
    return notifications.stream().anyMatch(each -> sandboxes().concerns(sandbox, each));
  }

  @Override
  public Optional<DriftEvent> judgeSandbox(String sandbox) {
    return sandboxes()
        .of(sandbox)
        .map(drift ->
            new DriftEvent(
                last.endpoints(drift.endpoints()),
                drift.what(),
                drift.endpoints().stream().map(Owner::endpoint).sorted().findFirst().orElse("")));
  }

  private SandboxDriftDetector sandboxes() {
    return new SandboxDriftDetector(kernel, last.applied(), losses, interfaces::index);
  }

  private Optional<DriftEvent> surroundings(Notification notification) {
    return new Surroundings(
            seen,
            index ->
                indexes
                    .nameOf(index)
                    .flatMap(
                        name -> last.applied().get(new Item.Key.OfDevice(DeviceName.onNode(name))))
                    .isPresent(),
            index -> kernel.netlink().link(index))
        .of(notification)
        .map(shift ->
            switch (shift) {
              case REACH ->
                  new DriftEvent(PassScope.UNDERLAY, "an address or route of the node changed");
              case WAY_OUT -> new DriftEvent(last.filtered(), "the node's way out changed");
            });
  }

  @Override
  public Optional<DriftEvent> judge(XfrmNotification notification) {
    return new IpsecDriftDetector(kernel, last.applied())
        .of(notification)
        .map(what -> new DriftEvent(PassScope.KEYS, what));
  }

  @Override
  public Optional<DriftEvent> judgeFilter() {
    return tables.filter(last.applied()).map(what -> new DriftEvent(last.filtered(), what));
  }

  @Override
  public Optional<DriftEvent> judge(List<NftablesMonitor.Change> changes) {
    return tables.guard(last.applied(), changes).map(what -> new DriftEvent(last.filtered(), what));
  }

  /** The watch delays repeated changes of the firewall for longer each time. */
  @Override
  public Optional<DriftEvent> judgeFirewall() {
    return last.networks().values().stream().anyMatch(LastPass.Carried::isFiltered)
        ? Optional.of(
            new DriftEvent(
                last.filtered(), "the node's firewall was changed", "the node's firewall"))
        : Optional.empty();
  }
}
