package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.DeviceIndexes;
import dev.weft.agent.dataplane.kernel.Expected;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.kernel.PacketFilter;
import dev.weft.agent.dataplane.kernel.SandboxView;
import dev.weft.agent.dataplane.kernel.SourceGuard;
import dev.weft.agent.dataplane.model.BridgeMembership;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.Plan;
import dev.weft.agent.dataplane.model.Stage;
import dev.weft.mesh.keys.Association;
import dev.weft.mesh.Mtu;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.LanFrames;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.Outcome.Failed;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.nft.NftablesException;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Request;
import dev.weft.netlink.xfrm.XfrmRequest;
import dev.weft.netlink.xfrm.XfrmStateId;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes changes: stage by stage, each stage in one batch for the node and one for each sandbox. A
 * change that fails stops only what stands on it.
 */
public final class Apply implements AutoCloseable {
  private static final int FEW = 8;

  /** Each sandbox that is worked on takes two file descriptors, of which there is no plenty. */
  private static final int CHUNK = 200;

  private static final Set<String> ALREADY_GONE =
      Set.of("ENOENT", "ENODEV", "ESRCH", "EADDRNOTAVAIL", "ENXIO");

  private final HostKernel kernel;
  private final DeviceIndexes indexes;
  private final Secrets secrets;
  private final Set<String> stuck;
  private final Map<DeviceName, Integer> inside = new HashMap<>();
  private final Map<Change, RuntimeException> failures = new LinkedHashMap<>();
  private final Set<String> unfinished = new HashSet<>();

  /**
   * What encryption adds.
   *
   * @param ports by which nothing may pass in clear
   * @param associations with their keys, of the states that are to be made
   * @param volume bytes after which the kernel tells that a state has carried enough
   */
  public record Secrets(
      Set<Integer> ports, Map<XfrmStateId, Association> associations, long volume) {
    public static final Secrets NONE = new Secrets(Set.of(), Map.of(), Long.MAX_VALUE);
  }

  /**
   * @param indexes the node's devices by name; kept up to date
   * @param stuck devices that could not be removed before, which the packet filter counts with
   */
  public Apply(HostKernel kernel, DeviceIndexes indexes, Secrets secrets, Set<String> stuck) {
    this.kernel = kernel;
    this.indexes = indexes;
    this.secrets = secrets;
    this.stuck = stuck;
  }

  /** Counts a change as failed before any is made. */
  public void refuse(Change change, RuntimeException why) {
    failures.put(change, why);
  }

  /**
   * Makes the changes, which are in the order of {@link Plan}; returns those that failed, by now or
   * when they are announced.
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
        letGoOfMany();
        stage(stage, changes.subList(start, Math.min(start + chunk, to)));
      }
      from = to;
    }
    for (Change change : changes) {
      if (change instanceof Change.Create(Item.Device device)
          && isOpen(change)
          && !device.innerUp()) {
        unfinished.add(device.inner().place().sandbox());
      }
    }
    return failures;
  }

  private void letGoOfMany() {
    if (kernel.entered() > CHUNK) {
      kernel.leaveAllBut(Set.of());
    }
  }

  private void stage(Stage stage, List<Change> changes) {
    keepShut(changes);
    switch (stage) {
      case FILTER -> filter(changes.stream().filter(this::isOpen).toList());
      case ADVERTISEMENTS, SHARED, UNSHARED ->
          changes.stream().filter(this::isOpen).forEach(this::shared);
      case PORTS, REMOVE_PORTS -> changes.stream().filter(this::isOpen).forEach(this::listen);
      case STATES, POLICIES, REMOVE_POLICIES, REMOVE_STATES ->
          secure(changes.stream().filter(this::isOpen).toList());
      case REMOVE_ENTRIES,
          REMOVE_TOP_DEVICES,
          REMOVE_BASE_DEVICES,
          BASE_DEVICES,
          TOP_DEVICES,
          ADDRESSES,
          ENTRIES ->
          links(changes);
    }
  }

  private boolean isOpen(Change change) {
    return !failures.containsKey(change);
  }

  /**
   * The bridges and tunnels that the kernel did not remove. They keep their rules, and keep nobody
   * else from theirs: the changes are worked out anew with what stays.
   */
  public static Set<String> stuck(Set<Change> failed) {
    return failed.stream()
        .flatMap(change ->
            change instanceof Change.Remove(Item.Device device, _) && isRestricted(device)
                ? Stream.of(device.name().name())
                : Stream.empty())
        .collect(Collectors.toSet());
  }

  private static boolean isRestricted(Item.Device device) {
    return device.name().place().isNode()
        && (device.kind() instanceof DeviceKind.Vxlan
            || device.kind() instanceof DeviceKind.Bridge);
  }

  /** Whether a tunnel by a port could not be removed. */
  private boolean staysAt(int port) {
    return failures.keySet().stream()
        .anyMatch(failed ->
            failed instanceof Change.Remove(Item.Device device, _)
                && device.kind() instanceof DeviceKind.Vxlan tunnel
                && tunnel.port() == port);
  }

  /**
   * Makes no tunnel while its port is open to clear text and no bridge without its rules; opens no
   * port and lifts no rule while a tunnel or bridge unexpectedly could not be removed.
   */
  private void keepShut(List<Change> changes) {
    boolean tunnelStays = !stuck.containsAll(stuck(failures.keySet()));
    for (Change change : changes) {
      switch (change) {
        case Change.Create(Item.Device device)
            when device.kind() instanceof DeviceKind.Vxlan tunnel && !isShut(tunnel.port()) ->
            fail(change, new NotShut(tunnel.port()));
        case Change.Create(Item.Device device)
            when device.kind() instanceof DeviceKind.Bridge && filterFailed() ->
            fail(change, new NotIsolated());
        case Change.Create(Item.Device device)
            when device.kind() instanceof DeviceKind.Veth && isUnguarded(device) ->
            fail(change, new NotIsolated());
        case Change.Alter(_, Item.Filter _, _) when tunnelStays -> fail(change, new TunnelStays());
        case Change.Alter(_, Item.Setting setting, _)
            when setting.path().equals(Item.Setting.FORWARD_IPV6) && advertisementsFailed() ->
            fail(change, new RoutesAtRisk());
        case Change.Remove(Item.Filter _, _) when tunnelStays -> fail(change, new TunnelStays());
        case Change.Remove(Item.SecurityPolicy policy, _) when staysAt(port(policy)) ->
            fail(change, new TunnelStays());
        case Change.Create _, Change.Alter _, Change.Remove _ -> {}
      }
    }
  }

  private boolean filterFailed() {
    return failures.keySet().stream()
        .anyMatch(failed ->
            failed instanceof Change.Create(Item.Filter _)
                || failed instanceof Change.Alter(_, Item.Filter _, _)
                || failed instanceof Change.Create(GuardItem.Table _)
                || failed instanceof Change.Alter(_, GuardItem.Table _, _));
  }

  private boolean isUnguarded(Item.Device cable) {
    return failures.keySet().stream()
        .anyMatch(failed ->
            failed instanceof Change.Create(GuardItem.Entry entry)
                && entry.owner().equals(cable.owner()));
  }

  private void filter(List<Change> changes) {
    List<Change> guard = new ArrayList<>();
    for (Change change : changes) {
      if (change.item() instanceof GuardItem) {
        guard.add(change);
      } else {
        shared(change);
      }
    }
    if (!guard.isEmpty()) {
      guard(guard);
    }
  }

  /** In one transaction; if that is refused, each element for itself. */
  private void guard(List<Change> changes) {
    try {
      SourceGuard.apply(kernel.nftables(), changes);
    } catch (NftablesException refused) {
      if (changes.stream().anyMatch(change -> change.item() instanceof GuardItem.Table)) {
        changes.forEach(change -> fail(change, refused));
        return;
      }
      for (Change change : changes) {
        attempt(change, () -> SourceGuard.apply(kernel.nftables(), List.of(change)));
      }
    }
  }

  private boolean advertisementsFailed() {
    return failures.keySet().stream()
        .anyMatch(failed ->
            failed instanceof Change.Alter(_, Item.Setting setting, _) && setting.isOfDevice());
  }

  private boolean isShut(int port) {
    return !secrets.ports().contains(port)
        || failures.keySet().stream()
            .noneMatch(failed ->
                switch (failed) {
                  case Change.Create(Item item) -> shuts(item, port);
                  case Change.Alter(_, Item item, _) -> shuts(item, port);
                  case Change.Remove _ -> false;
                });
  }

  private static boolean shuts(Item item, int port) {
    return item instanceof Item.Filter
        || (item instanceof Item.SecurityPolicy policy && port(policy) == port);
  }

  private static int port(Item.SecurityPolicy policy) {
    return policy.spec().id().selector().destinationPort().value();
  }

  /** Makes changes to the IPsec tables. */
  private void secure(List<Change> changes) {
    List<XfrmRequest> requests = new ArrayList<>();
    List<Integer> numbers =
        changes.stream().anyMatch(each -> each instanceof Change.Create(Item.SecurityPolicy _))
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
                && ALREADY_GONE.contains(error.errnoName()))) {
          fail(changes.get(i), error);
        }
      }
    } catch (NetlinkException e) {
      changes.forEach(change -> fail(change, e));
    }
  }

  private void links(List<Change> all) {
    List<Change> changes = all.stream().filter(this::isOpen).toList();
    changes.forEach(this::enableIpv6);
    execute(changes, change -> LinkRequests.of(change, this::resolve, kernel::enter));
    learn(changes);
    configure(changes);
    changes.forEach(this::checksums);
    execute(changes, change -> LinkRequests.finish(change, this::resolve));
  }

  /** Whoever has new interfaces come without IPv6 did not mean those that were asked to have it. */
  private void enableIpv6(Change change) {
    if (change instanceof Change.Create(Item.Address(_, DeviceName device, IpPrefix prefix))
        && prefix.address() instanceof Inet6Address) {
      attempt(
          change,
          () -> {
            if (device.place().isNode()) {
              kernel.enableIpv6(device.name());
            } else {
              kernel
                  .enter(device.place().sandbox())
                  .orElseThrow(() -> new SandboxGone(device.place()))
                  .enableIpv6(device.name());
            }
          });
    }
  }

  private void execute(List<Change> changes, Function<Change, List<Step>> requests) {
    Map<NamespaceRef, List<Step>> steps = new LinkedHashMap<>();
    for (Change change : changes) {
      if (!failures.containsKey(change)) {
        attempt(change, () -> requests.apply(change).forEach(step -> add(steps, step)));
      }
    }
    steps.forEach(this::execute);
  }

  private void checksums(Change change) {
    switch (change) {
      case Change.Create(Item.Device device)
          when device.kind() instanceof DeviceKind.Vxlan tunnel && !tunnel.txChecksum() ->
          checksums(change, device, tunnel);
      case Change.Alter(Item.Device before, Item.Device device, _)
          when device.kind() instanceof DeviceKind.Vxlan tunnel && !before.kind().equals(tunnel) ->
          checksums(change, device, tunnel);
      case Change.Create _, Change.Alter _, Change.Remove _ -> {}
    }
  }

  private void checksums(Change change, Item.Device device, DeviceKind.Vxlan tunnel) {
    if (!failures.containsKey(change)) {
      attempt(change, () -> kernel.txChecksum(resolve(device.name()), tunnel.txChecksum()));
    }
  }

  /** What is set of a new device before it is up, and netlink cannot say. */
  private void configure(List<Change> changes) {
    for (Change change : changes) {
      Optional<Item.Device> unsettled = LinkRequests.unsettled(change);
      if (unsettled.isPresent() && !failures.containsKey(change)) {
        Item.Device device = unsettled.get();
        attempt(change, () -> settle(change, device));
      }
      Optional<Item.Device> unfinished = LinkRequests.unfinished(change);
      if (unfinished.isPresent() && !failures.containsKey(change)) {
        DeviceName inner = unfinished.get().inner();
        attempt(
            change,
            () ->
                kernel
                    .enter(inner.place().sandbox())
                    .orElseThrow(() -> new SandboxGone(inner.place()))
                    .quietIpv6(inner.name()));
      }
    }
  }

  /** What came while the settings were other ones goes with them. */
  private void settle(Change change, Item.Device device) {
    kernel.settle(device.name().name(), device.conf());
    if (change instanceof Change.Alter(Item.Device before, _, _)) {
      if (before.conf().takesAdvertisements()) {
        kernel.forgetRouters(resolve(device.name()));
      }
      // a device that is up has an address as soon as its MTU lets it have IPv6
      if (before.mtu() < Mtu.MINIMUM_IPV6 && device.conf().isWithoutLinkLocal()) {
        kernel.forgetLinkLocal(resolve(device.name()));
      }
    }
  }

  /**
   * Tells the neighbours of interfaces that came up whose addresses they have, where neighbours
   * learn: an overlay knows its own.
   */
  public void announce(List<Change> changes) {
    Map<DeviceName, Item.Device> cameUp = new HashMap<>();
    for (Change change : changes) {
      switch (change) {
        case Change.Create(Item.Device device) when learned(device) ->
            cameUp.put(device.inner(), device);
        case Change.Alter(Item.Device before, Item.Device device, _)
            when learned(device) && !before.innerUp() ->
            cameUp.put(device.inner(), device);
        case Change.Create _, Change.Alter _, Change.Remove _ -> {}
      }
    }
    for (Change change : changes) {
      if (change instanceof Change.Create(Item.Address address) && !failures.containsKey(change)) {
        Item.Device device = cameUp.get(address.device());
        if (device != null) {
          attempt(change, () -> announce(device, address.prefix().address()));
        }
      }
    }
  }

  private static boolean learned(Item.Device device) {
    return !device.inner().place().isNode()
        && device.port().map(BridgeMembership::learning).orElse(true);
  }

  private void announce(Item.Device device, InetAddress address) {
    MacAddress mac = device.kind() instanceof DeviceKind.Veth veth ? veth.peerMac() : device.mac();
    Optional<HostKernel.Sandbox> sandbox = kernel.enter(device.inner().place().sandbox());
    if (sandbox.isPresent()) {
      try (PacketSocket socket =
          PacketSocket.open(
              sandbox.get().namespace(), resolve(device.inner()), LanFrames.protocol(address))) {
        socket.send(LanFrames.announcement(mac, address));
      }
    }
  }

  private static void add(Map<NamespaceRef, List<Step>> steps, Step step) {
    steps.computeIfAbsent(step.place(), _ -> new ArrayList<>()).add(step);
  }

  /**
   * A request to make in a namespace for a change.
   *
   * @param place where
   */
  record Step(Change change, NamespaceRef place, Request request) {}

  private void execute(NamespaceRef place, List<Step> steps) {
    Optional<Netlink> netlink;
    try {
      netlink =
          place.isNode()
              ? Optional.of(kernel.netlink())
              : kernel.enter(place.sandbox()).map(HostKernel.Sandbox::netlink);
    } catch (NetlinkException noDescriptorLeft) {
      steps.forEach(step -> fail(step.change(), noDescriptorLeft));
      return;
    }
    if (netlink.isEmpty()) {
      steps.forEach(step -> fail(step.change(), new SandboxGone(place)));
      return;
    }
    var outcomes = netlink.get().execute(steps.stream().map(Step::request).toList());
    for (int i = 0; i < steps.size(); i++) {
      if (outcomes.get(i) instanceof Failed(NetlinkException error)
          && !isHarmless(steps.get(i).request(), error)) {
        fail(steps.get(i).change(), error);
      }
    }
  }

  private static boolean isHarmless(Request request, NetlinkException error) {
    return switch (request) {
      case Request.LinkRemove _,
          Request.AddressRemove _,
          Request.RouteRemove _,
          Request.NeighbourRemove _,
          Request.FdbRemove _ ->
          ALREADY_GONE.contains(error.errnoName());
      case Request.AddressAdd _, Request.FdbAppend _ -> error.errnoName().equals("EEXIST");
      case Request.LinkAdd _,
          Request.LinkChange _,
          Request.RouteAdd _,
          Request.RouteReplace _,
          Request.NeighbourSet _,
          Request.FdbSet _ ->
          false;
    };
  }

  /** Finds out the indexes of what was made on the node. */
  private void learn(List<Change> changes) {
    List<String> made = new ArrayList<>();
    for (Change change : changes) {
      switch (change) {
        case Change.Create(Item.Device device)
            when device.name().place().isNode() && !failures.containsKey(change) ->
            made.add(device.name().name());
        case Change.Remove(Item.Device device, _) when device.name().place().isNode() ->
            indexes.remove(device.name().name());
        case Change.Remove(Item.Device device, _) -> inside.remove(device.name());
        case Change.Create _, Change.Remove _, Change.Alter _ -> {}
      }
    }
    Map<String, DeviceName> cables = new HashMap<>();
    for (Change change : changes) {
      if (change instanceof Change.Create(Item.Device device)
          && device.kind() instanceof DeviceKind.Veth(DeviceName peer, _, _)) {
        cables.put(device.name().name(), peer);
      }
    }
    if (made.size() > FEW) {
      kernel.netlink().links().forEach(link -> learn(link, cables));
    } else {
      made.forEach(name -> kernel.netlink().link(name).ifPresent(link -> learn(link, cables)));
    }
  }

  /** The node's end of a cable knows the other end's index, whatever that is called by now. */
  private void learn(Link link, Map<String, DeviceName> cables) {
    indexes.put(link);
    DeviceName peer = cables.get(link.name());
    if (peer != null && link.parent() != 0) {
      inside.put(peer, link.parent());
    }
  }

  /** The index of an interface in a sandbox, as far as it is known. */
  public Optional<Integer> inside(DeviceName name) {
    return Optional.ofNullable(inside.get(name));
  }

  /** Takes over which of the interfaces in a sandbox are ours. */
  public void know(String file, Observation.View view) {
    for (Link link : view.links()) {
      if (view.isOurs(link)) {
        inside.put(new DeviceName(new NamespaceRef(file), link.name()), link.index());
      }
    }
  }

  /** The index of a device. */
  private int resolve(DeviceName name) {
    Optional<Integer> known =
        name.place().isNode() ? indexes.of(name.name()) : Optional.ofNullable(inside.get(name));
    if (known.isPresent()) {
      return known.get();
    }
    Optional<Link> found =
        name.place().isNode()
            ? kernel.netlink().link(name.name())
            : kernel
                .enter(name.place().sandbox())
                .orElseThrow(() -> new SandboxGone(name.place()))
                .netlink()
                .link(name.name())
                .filter(SandboxView::isMade);
    Link link = found.orElseThrow(() -> new DeviceMissing(name));
    if (name.place().isNode()) {
      indexes.put(link);
    } else {
      inside.put(name, link.index());
    }
    return link.index();
  }

  /** The sandbox as it is, through the handle that changes will be made with. */
  public Observation.Sight view(String file, Expected expected, Map<Integer, Owner> known) {
    Observation.Sight sight =
        kernel.glance(file, netlink -> SandboxView.brief(netlink, expected, known));
    sight.view().ifPresent(view -> know(file, view));
    return sight;
  }

  private void shared(Change change) {
    attempt(
        change,
        () -> {
          switch (change) {
            case Change.Create(Item item) -> share(item);
            case Change.Alter(_, Item item, _) -> share(item);
            case Change.Remove(Item.Setting setting, _) -> kernel.undo(setting.path());
            case Change.Remove _ -> PacketFilter.remove(kernel.nftables());
          }
        });
  }

  private void share(Item item) {
    switch (item) {
      case Item.Filter filter -> PacketFilter.install(kernel.nftables(), filter);
      case Item.Setting(String path, String value) -> kernel.set(path, value);
      case Item.Device _,
          Item.Address _,
          Item.Route _,
          Item.Forward _,
          Item.Neighbour _,
          Item.SecurityState _,
          Item.SecurityPolicy _,
          Item.EspPort _,
          GuardItem _ ->
          throw new IllegalArgumentException(item + " is not shared");
    }
  }

  /** Begins to take ESP at a port, or ends it. */
  private void listen(Change change) {
    attempt(
        change,
        () -> {
          switch (change) {
            case Change.Create(Item.EspPort port) -> kernel.espPorts().open(port);
            case Change.Remove(Item.EspPort port, _) -> kernel.espPorts().close(port);
            case Change.Create _, Change.Alter _, Change.Remove _ ->
                throw new IllegalArgumentException(change + " is none of a port");
          }
        });
  }

  private void attempt(Change change, Runnable action) {
    try {
      action.run();
    } catch (NetlinkException
        | NftablesException
        | UncheckedIOException
        | SandboxGone
        | DeviceMissing e) {
      fail(change, e);
    }
  }

  private void fail(Change change, RuntimeException error) {
    boolean alreadyGone =
        change instanceof Change.Remove
            && (error instanceof SandboxGone || error instanceof DeviceMissing);
    if (!alreadyGone) {
      failures.putIfAbsent(change, error);
    }
  }

  /** Leaves the sandboxes but those whose new interface waits for its address. */
  @Override
  public void close() {
    kernel.leaveAllBut(unfinished);
  }

  /** A sandbox ended while it was worked on. */
  static final class SandboxGone extends RuntimeException {
    private static final long serialVersionUID = 1;

    SandboxGone(NamespaceRef place) {
      super("the sandbox " + place + " is gone");
    }
  }

  /** What a change stands on is not there, because an earlier change failed or somebody took it. */
  static final class DeviceMissing extends RuntimeException {
    private static final long serialVersionUID = 1;

    DeviceMissing(DeviceName name) {
      super("there is no device " + name);
    }
  }

  /** Clear text could pass, because what is to keep it away could not be made. */
  static final class NotShut extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotShut(int port) {
      super("UDP port %d is not shut to clear text".formatted(port));
    }
  }

  /** What keeps clear text off the wire stays as long as a tunnel that could not be removed. */
  static final class TunnelStays extends RuntimeException {
    private static final long serialVersionUID = 1;

    TunnelStays() {
      super("a tunnel or bridge could not be removed before");
    }
  }

  /** A node that forwards forgets what routers have advertised. */
  static final class RoutesAtRisk extends RuntimeException {
    private static final long serialVersionUID = 1;

    RoutesAtRisk() {
      super("the node would lose its IPv6 routes, as an interface could not be set to keep them");
    }
  }

  /** A bridge comes after its rules. */
  static final class NotIsolated extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotIsolated() {
      super("the packet filter that isolates it could not be installed");
    }
  }
}
