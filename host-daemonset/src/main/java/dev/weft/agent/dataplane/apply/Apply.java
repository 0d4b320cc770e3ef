package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.DeviceIndexes;
import dev.weft.agent.dataplane.kernel.Expected;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.kernel.SandboxView;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.Plan;
import dev.weft.agent.dataplane.model.Stage;
import dev.weft.mesh.keys.Association;
import dev.weft.netlink.xfrm.XfrmStateId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes planned changes stage by stage. Each stage sends one batch for the node and one for each
 * sandbox. A failed change stops only changes that depend on it.
 */
public final class Apply implements AutoCloseable {
  /** Maximum changes at a time: each entered sandbox takes two file descriptors. */
  private static final int CHUNK = 200;

  private final HostKernel kernel;
  private final FailedChanges failed = new FailedChanges();
  private final Interlock interlock;
  private final DeviceLookup devices;
  private final FilterChanges filters;
  private final IpsecChanges ipsec;
  private final LinkChanges links;
  private final Set<String> unfinished = new HashSet<>();

  /**
   * What the IPsec tables need besides the planned items.
   *
   * @param ports UDP ports that must not carry clear text
   * @param associations new IPsec states with their keys
   * @param volume bytes after which the kernel reports that a state must be replaced
   */
  public record Secrets(
      Set<Integer> ports, Map<XfrmStateId, Association> associations, long volume) {
    public static final Secrets NONE = new Secrets(Set.of(), Map.of(), Long.MAX_VALUE);
  }

  /**
   * @param indexes the node's devices by name; kept up to date
   * @param stuck devices that the kernel did not remove earlier, which keep their filter rules
   */
  public Apply(HostKernel kernel, DeviceIndexes indexes, Secrets secrets, Set<String> stuck) {
    this.kernel = kernel;
    interlock = new Interlock(secrets.ports(), stuck);
    devices = new DeviceLookup(kernel, indexes);
    filters = new FilterChanges(kernel, failed);
    ipsec = new IpsecChanges(kernel, secrets, failed);
    links = new LinkChanges(kernel, devices, failed);
  }

  /** Marks a change as failed before any change is made. */
  public void refuse(Change change, RuntimeException why) {
    failed.fail(change, why);
  }

  /**
   * Makes the changes, ordered as by {@link Plan}. The returned map of failures is live:
   * announcements may add to it.
   */
  public Map<Change, RuntimeException> run(List<Change> changes) {
    int from = 0;
    while (from < changes.size()) {
      Stage stage = Stage.of(changes.get(from));
      int to = from;
      while (to < changes.size() && Stage.of(changes.get(to)) == stage) {
        to++;
      }
      int chunk = stage == Stage.FILTER ? to - from : CHUNK;
      for (int start = from; start < to; start += chunk) {
        leaveMany();
        stage(stage, changes.subList(start, Math.min(start + chunk, to)));
      }
      from = to;
    }
    for (Change change : changes) {
      if (change instanceof Change.Create(Item.Device device)
          && !failed.has(change)
          && !device.innerUp()) {
        unfinished.add(device.inner().place().sandbox());
      }
    }
    return failed.reasons();
  }

  private void leaveMany() {
    if (kernel.entered().size() > CHUNK) {
      kernel.leaveAllBut(Set.of());
    }
  }

  private void stage(Stage stage, List<Change> all) {
    for (Change change : all) {
      interlock
          .refusal(change, failed.changes())
          .ifPresent(refusal -> failed.fail(change, refusal));
    }
    List<Change> changes = failed.without(all);
    switch (stage) {
      case FILTER -> filters.make(changes);
      case ADVERTISEMENTS, SHARED, UNSHARED -> changes.forEach(this::setting);
      case PORTS, REMOVE_PORTS -> changes.forEach(ipsec::port);
      case STATES, POLICIES, REMOVE_POLICIES, REMOVE_STATES -> ipsec.make(changes);
      case REMOVE_ENTRIES,
          REMOVE_TOP_DEVICES,
          REMOVE_BASE_DEVICES,
          BASE_DEVICES,
          TOP_DEVICES,
          ADDRESSES,
          ENTRIES ->
          links.make(changes);
    }
  }

  private void setting(Change change) {
    failed.attempt(
        change,
        () -> {
          switch (change) {
            case Change.Create(Item.Setting(String path, String value)) -> kernel.set(path, value);
            case Change.Alter(_, Item.Setting(String path, String value), _) ->
                kernel.set(path, value);
            case Change.Remove(Item.Setting setting, _) -> kernel.undo(setting.path());
            case Change.Create _, Change.Alter _, Change.Remove _ ->
                throw new IllegalArgumentException(change + " is none of a setting");
          }
        });
  }

  /** Announces the addresses of interfaces that came up. */
  public void announce(List<Change> changes) {
    new Announcements(kernel, devices, failed).send(changes);
  }

  /** Returns the index of an interface in a sandbox, if known. */
  public Optional<Integer> inSandbox(DeviceName name) {
    return devices.inSandbox(name);
  }

  /** Records which interfaces in a sandbox are Weft's. */
  public void know(String file, Observation.View view) {
    devices.know(file, view);
  }

  /** Reads a sandbox through the handle that its changes will use. */
  public Observation.Sight view(String file, Expected expected, Map<Integer, Owner> known) {
    Observation.Sight sight =
        kernel.glance(file, netlink -> SandboxView.brief(netlink, expected, known));
    sight.view().ifPresent(view -> know(file, view));
    return sight;
  }

  /** Leaves all sandboxes except those with a new interface that waits for its address. */
  @Override
  public void close() {
    kernel.leaveAllBut(unfinished);
  }
}
