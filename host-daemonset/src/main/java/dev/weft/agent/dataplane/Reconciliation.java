package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.apply.Apply;
import dev.weft.agent.dataplane.apply.Failures;
import dev.weft.agent.dataplane.apply.StuckDevices;
import dev.weft.agent.dataplane.drift.DriftDetector;
import dev.weft.agent.dataplane.drift.IpsecDriftDetector;
import dev.weft.agent.dataplane.drift.LastApplied;
import dev.weft.agent.dataplane.drift.UnderlyingDevices;
import dev.weft.agent.dataplane.driver.DesiredState;
import dev.weft.agent.dataplane.driver.NetworkDriver;
import dev.weft.agent.dataplane.driver.NodeContext;
import dev.weft.agent.dataplane.ipsec.NodeKeys;
import dev.weft.agent.dataplane.kernel.DeviceIndexes;
import dev.weft.agent.dataplane.kernel.Expected;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.IpsecTables;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.kernel.ObservedState;
import dev.weft.agent.dataplane.kernel.PacketFilter;
import dev.weft.agent.dataplane.kernel.SourceGuard;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.Plan;
import dev.weft.agent.dataplane.model.State;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.KeySpec;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.mesh.ForwardingTable;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.nft.NftablesException;
import dev.weft.netlink.nft.NftablesMonitor;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Notification;
import dev.weft.netlink.xfrm.XfrmNotification;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Desired → observed → plan → apply, and what is remembered from one time to the next. Not
 * thread-safe.
 */
final class Reconciliation {
  private final HostKernel kernel;
  private final NodeKeys encryption;
  private final DeviceIndexes indexes = new DeviceIndexes();
  private @Nullable LastApplied belief;
  private Map<String, NetworkDriver> drivers = Map.of();
  private final Map<String, String> uids = new HashMap<>();
  private final Map<String, ForwardingTable<String>> tables = new HashMap<>();
  private final Map<String, List<Problem>> problems = new HashMap<>();
  private final Map<Owner, Integer> interfaces = new HashMap<>();
  private UnderlyingDevices foundations = UnderlyingDevices.NONE;
  private Set<Integer> shut = Set.of();
  private Set<String> stuck = Set.of();
  private Set<InetAddress> senders = Set.of();
  private Set<InetAddress> peers = Set.of();
  private final List<String> restored = new ArrayList<>();

  Reconciliation(HostKernel kernel, NodeKeys encryption) {
    this.kernel = kernel;
    this.encryption = encryption;
  }

  /** All that is known before anything is changed. */
  private record Draft(
      Observation observation,
      DesiredState design,
      NodeKeys.Draft encryption,
      State observed,
      List<Change> changes,
      UnderlyingDevices foundations) {
    /** All that is wished. */
    State wished() {
      return design.state().with(encryption.items());
    }
  }

  /** {@link DataPlane#reconcile(NodeSpec, PassScope, Consumer)}. */
  ReconcileOutcome reconcile(NodeSpec wish, PassScope scope, Consumer<ReconcileOutcome> made) {
    if (scope instanceof PassScope.Part part
        && part.isEndpointsAlone()
        && isFamiliar(wish, part.endpoints())) {
      Optional<ReconcileOutcome> outcome = endpoints(wish, part.endpoints(), made);
      if (outcome.isPresent()) {
        return outcome.get();
      }
      // The kernel is not as it was left: look at it.
    }
    ReconcileOutcome outcome =
        switch (scope) {
          case PassScope.Everything _ -> whole(wish, wish.networks().keySet());
          case PassScope.Part part when part.isKeysAlone() -> keys(wish);
          case PassScope.Part part -> some(wish, part.names());
        };
    made.accept(outcome);
    return outcome;
  }

  /** The first time, all networks. */
  private ReconcileOutcome some(NodeSpec wish, Set<String> names) {
    return whole(wish, belief == null ? wish.networks().keySet() : names);
  }

  /** All but what a process holds for as long as it lives: that changes nothing of the node. */
  List<Change> plan(NodeSpec wish) {
    return draft(wish).changes().stream()
        .filter(change -> !(change instanceof Change.Create(Item.EspPort _)))
        .toList();
  }

  /**
   * Looks at everything and puts it right, whoever's it is: what is seen wrong now, and not
   * repaired now, would count as left so.
   *
   * @param names the networks to tell of at least
   */
  private ReconcileOutcome whole(NodeSpec wish, Set<String> names) {
    Set<String> known = stuck;
    ReconcileOutcome outcome = look(wish, names);
    // what turned out to stay, or to be gone at last, is for the packet filter to count with
    return stuck.equals(known) ? outcome : outcome.then(look(wish, names));
  }

  private ReconcileOutcome look(NodeSpec wish, Set<String> names) {
    Draft draft = draft(wish);
    List<Change> changes = draft.changes();
    Map<String, List<String>> repaired = repaired(changes, draft.wished());
    repairedStates(draft.observed(), repaired);
    if (!restored.isEmpty()) {
      repaired.computeIfAbsent(Owner.NODE.uid(), _ -> new ArrayList<>()).addAll(restored);
      restored.clear();
    }
    indexes.replace(draft.observation().node().links());
    Map<String, Observation.Sight> seen = draft.observation().sandboxes();
    seen.values()
        .forEach(sight ->
            sight
                .view()
                .ifPresent(
                    view -> view.ours().forEach((index, owner) -> interfaces.put(owner, index))));
    Map<Change, RuntimeException> failures = apply(wish, draft.encryption(), changes, seen);
    remember(wish, draft, changes, failures);
    stuck = StuckDevices.of(failures.keySet());
    return outcome(
        wish, concerned(wish, names, changes), new Made(changes, failures, repaired, standing()));
  }

  /** The networks {@code names}, and those that the changes are about. */
  private static Set<String> concerned(NodeSpec wish, Set<String> names, List<Change> changes) {
    Set<String> changed = changes.stream().map(Change::uid).collect(Collectors.toSet());
    boolean secrets = changed.contains(Owner.ENCRYPTION.uid());
    return wish.networks().entrySet().stream()
        .filter(entry ->
            names.contains(entry.getKey())
                || changed.contains(entry.getValue().uid())
                || (secrets && entry.getValue().isEncrypted())
                || changed.contains(""))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private Draft draft(NodeSpec wish) {
    Map<Owner, String> sandboxes = sandboxes(wish);
    Observation observation = kernel.observe(expected(wish, sandboxes), belief == null);
    ObservedState.Ownership marks = new ObservedState.Ownership(marksWeSet(), sandboxes, Set.of());
    Set<Integer> ports = shutPorts(wish, observation);
    Optional<Problem> hindrance = ports.isEmpty() ? Optional.empty() : encryption.hindrance(wish);
    NodeContext ground =
        new NodeContext(observation, marks, wish, new NodeContext.Secrecy(ports, hindrance), stuck);
    DesiredState design = DesiredState.of(wish, ground);
    IpsecTables ipsec = concernsIpsec(wish) ? kernel.ipsec() : IpsecTables.EMPTY;
    NodeKeys.Draft protection = encryption.draft(wish, ports, ipsec);
    Set<Item.Key> ourAddresses = new HashSet<>(design.state().items().keySet());
    if (belief != null) {
      belief.items().forEach(item -> ourAddresses.add(item.key()));
    }
    State found =
        ObservedState.in(
            observation, new ObservedState.Ownership(marks.lostMarks(), sandboxes, ourAddresses));
    State observed =
        withShared(found, design.state(), observation.settings().keySet())
            .with(guard(guardOwners(wish)))
            .with(ipsec.items());
    List<Change> changes =
        Plan.between(design.state().with(protection.items()), observed).stream()
            .filter(change -> !design.isHeld(change.item()))
            .toList();
    return new Draft(
        observation,
        design,
        protection,
        observed,
        changes,
        UnderlyingDevices.of(wish, ground, design));
  }

  /** The ports of encrypted networks, and of their tunnels that could not be removed. */
  private Set<Integer> shutPorts(NodeSpec wish, Observation observation) {
    Set<Integer> ports = new TreeSet<>(wish.encryptedPorts());
    for (Link link : observation.node().links()) {
      if (stuck.contains(link.name())
          && link.kind() instanceof LinkKind.Vxlan tunnel
          && tunnel.port() != null
          && shut.contains(tunnel.port())) {
        ports.add(tunnel.port());
      }
    }
    return ports;
  }

  /** Whether anything of ours may be, or is to be, in the IPsec tables. */
  private boolean concernsIpsec(NodeSpec wish) {
    return belief == null
        || wish.keys().isPresent()
        || !wish.encryptedPorts().isEmpty()
        || belief.items().stream().anyMatch(item -> item.owner().equals(Owner.ENCRYPTION));
  }

  /** Goes on to take ESP inside UDP where it was taken before there was this object. */
  void resume() {
    kernel.espPorts().resume(kernel.ipsec().states());
  }

  /** Where each endpoint lives, wished or left over. */
  private Map<Owner, String> sandboxes(NodeSpec wish) {
    Map<Owner, String> sandboxes = new HashMap<>();
    if (belief != null) {
      for (String file : belief.sandboxes()) {
        belief.in(file).forEach(item -> sandboxes.put(item.owner(), file));
      }
    }
    for (NetworkSpec network : wish.networks().values()) {
      for (LocalEndpoint endpoint : network.local().values()) {
        sandboxes.put(Owner.endpoint(network.uid(), endpoint.id()), endpoint.sandbox().toString());
      }
    }
    return sandboxes;
  }

  /** What of ours is to be in each sandbox. */
  private Map<String, List<Expected>> expected(NodeSpec wish, Map<Owner, String> sandboxes) {
    Map<Owner, Expected> byOwner = new LinkedHashMap<>();
    if (belief != null) {
      for (Owner owner : sandboxes.keySet()) {
        for (Item item : belief.of(owner)) {
          if (item instanceof Item.Device device && !device.inner().place().isNode()) {
            byOwner.put(owner, Expected.of(device, index(owner), isRouted(owner)));
          }
        }
      }
    }
    for (NetworkSpec network : wish.networks().values()) {
      for (LocalEndpoint endpoint : network.local().values()) {
        Owner owner = Owner.endpoint(network.uid(), endpoint.id());
        boolean routes = endpoint.defaultRoute() || isRouted(owner);
        byOwner.put(owner, Expected.of(network, endpoint, index(owner), routes));
      }
    }
    Map<String, List<Expected>> expected = new HashMap<>();
    sandboxes.values().forEach(file -> expected.putIfAbsent(file, new ArrayList<>()));
    byOwner.forEach((owner, each) -> {
      String file = sandboxes.get(owner);
      if (file != null) {
        expected.computeIfAbsent(file, _ -> new ArrayList<>()).add(each);
      }
    });
    return expected;
  }

  private int index(Owner owner) {
    return interfaces.getOrDefault(owner, 0);
  }

  private boolean isRouted(Owner owner) {
    return belief != null
        && belief.of(owner).stream()
            .anyMatch(item -> item instanceof Item.Route route && !route.device().place().isNode());
  }

  /** Notes the indexes of interfaces in sandboxes, by which they are known from now on. */
  private void noteInterfaces(List<Change> changes, Apply apply) {
    for (Change change : changes) {
      if (change instanceof Change.Create(Item.Device device) && !device.inner().place().isNode()) {
        apply.inSandbox(device.inner()).ifPresent(index -> interfaces.put(device.owner(), index));
      }
    }
  }

  /** Devices that we made, by index: known as ours even if somebody took the mark. */
  private Map<Integer, Owner> marksWeSet() {
    Map<Integer, Owner> marks = new HashMap<>();
    if (belief != null) {
      for (Item item : belief.items()) {
        if (item instanceof Item.Device device && device.name().place().isNode()) {
          indexes.of(device.name().name()).ifPresent(index -> marks.put(index, device.owner()));
        }
      }
    }
    return marks;
  }

  /** Adds what is not a device's: the node's settings that matter, and the packet filter. */
  private State withShared(State found, State desired, Set<String> settings) {
    List<Item> items = new ArrayList<>(found.items().values());
    Optional<Item.Filter> wished = Optional.empty();
    for (String path : settings) {
      if (desired.get(new Item.Key.OfSetting(path)).isEmpty()) {
        items.add(new Item.Setting(path, kernel.setting(path)));
      }
    }
    for (Item item : desired.items().values()) {
      if (item instanceof Item.Setting setting) {
        items.add(new Item.Setting(setting.path(), kernel.setting(setting.path())));
      } else if (item instanceof Item.Filter filter) {
        wished = Optional.of(filter);
      }
    }
    try {
      PacketFilter.observe(kernel.nftables(), wished).ifPresent(items::add);
    } catch (NftablesException e) {
      // Without libnftables there is no table; if one is wished, making it tells the reason.
    }
    return State.of(items);
  }

  private List<Item> guard(Function<GuardItem.GuardKey.OfEntry, Owner> owners) {
    try {
      return SourceGuard.observe(kernel.nftables(), owners);
    } catch (NftablesException e) {
      // Without libnftables there is no guard; if one is wished, making it tells the reason.
      return List.of();
    }
  }

  /** Whose the elements of the source guard are, as far as it is known. */
  private Function<GuardItem.GuardKey.OfEntry, Owner> guardOwners(NodeSpec wish) {
    Map<Item.Key, Owner> owners = new HashMap<>();
    Map<String, Owner> networks = new HashMap<>();
    for (NetworkSpec network : wish.networks().values()) {
      networks.put(SourceGuard.number(network.uid()), Owner.network(network.uid()));
      for (LocalEndpoint endpoint : network.local().values()) {
        Owner owner = Owner.endpoint(network.uid(), endpoint.id());
        SourceGuard.endpoint(owner, Network.hostEnd(network.uid(), endpoint.id()), endpoint)
            .forEach(item -> owners.put(item.key(), owner));
      }
    }
    return key ->
        Optional.ofNullable(belief)
            .flatMap(known -> known.get(key))
            .map(Item::owner)
            .or(() -> Optional.ofNullable(owners.get(key)))
            .or(() -> Optional.ofNullable(networks.get(key.number())))
            .orElse(Owner.NODE);
  }

  /** Stores what the changes need to be known of later, and makes them. */
  private Map<Change, RuntimeException> apply(
      NodeSpec wish,
      NodeKeys.Draft protection,
      List<Change> changes,
      Map<String, Observation.Sight> seen) {
    Apply.Secrets secrets =
        new Apply.Secrets(
            wish.encryptedPorts(),
            protection.secrets(),
            wish.keys().map(KeySpec::volume).orElse(Long.MAX_VALUE));
    try (Apply apply = new Apply(kernel, indexes, secrets, stuck)) {
      seen.forEach((file, sight) -> sight.view().ifPresent(view -> apply.know(file, view)));
      try {
        encryption.store(wish, protection);
      } catch (UncheckedIOException e) {
        changes.stream()
            .filter(Reconciliation::isOfIpsec)
            .forEach(change -> apply.refuse(change, e));
      }
      Map<Change, RuntimeException> failures = apply.run(changes);
      noteInterfaces(changes, apply);
      apply.announce(changes);
      encryption.made(
          wish, protection, failures.keySet().stream().noneMatch(Reconciliation::isOfIpsec));
      return failures;
    }
  }

  private static boolean isOfIpsec(Change change) {
    return change.uid().equals(Owner.ENCRYPTION.uid());
  }

  private void remember(
      NodeSpec wish, Draft draft, List<Change> changes, Map<Change, RuntimeException> failures) {
    State left =
        draft
            .observed()
            .after(changes.stream().filter(change -> !failures.containsKey(change)).toList());
    State wished = draft.wished();
    shut = shutPorts(wish, draft.observation());
    senders = wish.senders();
    peers = wish.peers();
    belief =
        LastApplied.of(
            State.of(
                left.items().values().stream()
                    .map(item -> wished.get(item.key()).filter(item::isAsWished).orElse(item))
                    .toList()));
    Set<Owner> alive = sandboxes(wish).keySet();
    interfaces.keySet().retainAll(alive);
    drivers = draft.design().drivers();
    foundations = draft.foundations();
    uids.clear();
    tables.clear();
    problems.clear();
    problems.putAll(draft.design().problems());
    wish.networks()
        .forEach((name, network) -> {
          uids.put(name, network.uid());
          ForwardingTable<String> table = new ForwardingTable<>();
          network
              .remote()
              .forEach((key, endpoint) -> {
                if (DesiredState.isElsewhere(wish, endpoint)) {
                  table.put(key, endpoint);
                }
              });
          tables.put(name, table);
        });
  }

  /** What was as wished when we left it, and no longer is. */
  private Map<String, List<String>> repaired(List<Change> changes, State wished) {
    Map<String, List<String>> repaired = new HashMap<>();
    if (belief == null) {
      return repaired;
    }
    for (Change change : changes) {
      boolean drifted =
          switch (change) {
            case Change.Create(Item item) -> belief.get(item.key()).equals(Optional.of(item));
            case Change.Alter(_, Item item, _) -> belief.get(item.key()).equals(Optional.of(item));
            case Change.Remove(Item item, _) ->
                belief.get(item.key()).isEmpty()
                    || belief.get(item.key()).equals(wished.get(item.key()));
          };
      if (drifted) {
        repaired.computeIfAbsent(change.uid(), _ -> new ArrayList<>()).add(change.toString());
      }
    }
    return repaired;
  }

  /** States that are gone: they come back by other keys, and so as other things. */
  private void repairedStates(State observed, Map<String, List<String>> repaired) {
    LastApplied known = belief;
    if (known == null) {
      return;
    }
    for (Item item : known.items()) {
      if (item instanceof Item.SecurityState && observed.get(item.key()).isEmpty()) {
        repaired
            .computeIfAbsent(item.owner().uid(), _ -> new ArrayList<>())
            .add("make keys anew, as it was removed: " + item);
      }
    }
  }

  /** Looks at the IPsec tables alone, and puts them right. */
  private ReconcileOutcome keys(NodeSpec wish) {
    LastApplied known = belief;
    Set<String> names = wish.encrypted();
    if (known == null || !shut.equals(wish.encryptedPorts())) {
      return whole(wish, names);
    }
    IpsecTables ipsec = kernel.ipsec();
    NodeKeys.Draft protection = encryption.draft(wish, shut, ipsec);
    State wished = State.of(protection.items());
    State observed = State.of(ipsec.items());
    List<Change> changes = Plan.between(wished, observed);
    Map<String, List<String>> repaired = repaired(changes, wished);
    repairedStates(observed, repaired);
    Map<Change, RuntimeException> failures = apply(wish, protection, changes, Map.of());
    if (!failures.isEmpty()) {
      return whole(wish, names);
    }
    known.replace(known.of(Owner.ENCRYPTION), wished);
    return outcome(
        wish,
        changes.isEmpty() ? Set.of() : names,
        new Made(changes, failures, repaired, Optional.empty()));
  }

  /** What a reconcile did. */
  private record Made(
      List<Change> changes,
      Map<Change, RuntimeException> failures,
      Map<String, List<String>> repaired,
      Optional<Set<String>> standing) {}

  /** UIDs of the networks that the kernel holds anything of. */
  private Optional<Set<String>> standing() {
    return Optional.ofNullable(belief)
        .map(known ->
            known.items().stream().map(item -> item.owner().uid()).collect(Collectors.toSet()));
  }

  /** Whether the networks of these endpoints stand as they are wished. */
  private boolean isFamiliar(NodeSpec wish, Map<String, Set<String>> keys) {
    return belief != null
        && peers.equals(wish.peers())
        && keys.entrySet().stream()
            .allMatch(entry -> {
              NetworkSpec network = wish.networks().get(entry.getKey());
              return network != null
                  && network.uid().equals(uids.get(entry.getKey()))
                  && drivers.containsKey(entry.getKey())
                  && entry.getValue().stream()
                      .map(network.remote()::get)
                      .filter(Objects::nonNull)
                      .allMatch(remote -> isHeard(wish, remote));
            });
  }

  /** Whether the packet filter takes frames from there. */
  private boolean isHeard(NodeSpec wish, RemoteEndpoint remote) {
    return !DesiredState.isElsewhere(wish, remote) || senders.contains(remote.vtep());
  }

  /** Makes endpoints of familiar networks; empty if that failed. */
  private Optional<ReconcileOutcome> endpoints(
      NodeSpec wish, Map<String, Set<String>> keys, Consumer<ReconcileOutcome> made) {
    LastApplied known = Objects.requireNonNull(belief, "the networks are familiar");
    Turn turn = new Turn(known, new ArrayList<>(), new ArrayList<>());
    try (Apply apply = new Apply(kernel, indexes, Apply.Secrets.NONE, stuck)) {
      keys.forEach((name, ids) -> {
        NetworkSpec network = wish.networks().get(name);
        NetworkDriver driver = drivers.get(name);
        if (network != null && driver != null) {
          Spot spot = new Spot(name, network, driver);
          for (String id : ids) {
            local(spot, id, turn, apply);
            remote(wish, spot, id, turn);
          }
        }
      });
      List<Change> changes = Plan.between(State.of(turn.after()), State.of(turn.before()));
      Map<Change, RuntimeException> failures = apply.run(changes);
      noteInterfaces(changes, apply);
      if (!failures.isEmpty()) {
        return Optional.empty();
      }
      known.replace(turn.before(), State.of(turn.after()));
      ReconcileOutcome outcome =
          outcome(wish, keys.keySet(), new Made(changes, failures, Map.of(), Optional.empty()));
      made.accept(outcome);
      apply.announce(changes);
      return failures.isEmpty() ? Optional.of(outcome) : Optional.empty();
    }
  }

  /** What a reconcile of some endpoints replaces, and by what. */
  private record Turn(LastApplied known, List<Item> before, List<Item> after) {}

  /** A network that can be made. */
  private record Spot(String name, NetworkSpec network, NetworkDriver driver) {}

  private void local(Spot spot, String id, Turn turn, Apply apply) {
    Owner owner = Owner.endpoint(spot.network().uid(), id);
    LocalEndpoint endpoint = spot.network().local().get(id);
    List<Item> mine = turn.known().of(owner);
    List<Problem> noted = problems.computeIfAbsent(spot.name(), _ -> new ArrayList<>());
    noted.removeIf(problem -> problem.endpoint().equals(id));
    if (endpoint == null) {
      turn.before().addAll(mine);
      return;
    }
    try {
      if (spot.network().local().size() > spot.driver().capacity() && mine.isEmpty()) {
        throw DesiredState.full(spot.driver(), endpoint);
      }
      String file = endpoint.sandbox().toString();
      List<Item> others = new ArrayList<>(turn.known().in(file));
      others.addAll(turn.after());
      List<Item> wished =
          DesiredState.endpoint(
              spot.driver(), owner, endpoint, look(spot, endpoint, file, apply), others);
      for (Item item : wished) {
        DesiredState.refuseTaken(item, turn.known().get(item.key()));
      }
      turn.before().addAll(mine);
      turn.after().addAll(wished);
    } catch (Unbuildable e) {
      noted.add(e.problem().ofEndpoint(id));
    }
  }

  private Observation.Sight look(Spot spot, LocalEndpoint endpoint, String file, Apply apply) {
    Owner owner = Owner.endpoint(spot.network().uid(), endpoint.id());
    Map<Integer, Owner> known = new HashMap<>();
    Stream.concat(
            Stream.of(owner),
            belief == null ? Stream.of() : belief.in(file).stream().map(Item::owner))
        .filter(interfaces::containsKey)
        .forEach(each -> known.put(index(each), each));
    boolean routes = endpoint.defaultRoute() && endpoint.isUp();
    return apply.view(file, Expected.of(spot.network(), endpoint, index(owner), routes), known);
  }

  private void remote(NodeSpec wish, Spot spot, String key, Turn turn) {
    ForwardingTable<String> table =
        tables.computeIfAbsent(spot.name(), _ -> new ForwardingTable<>());
    RemoteEndpoint endpoint = spot.network().remote().get(key);
    ForwardingTable.Delta delta =
        endpoint != null && DesiredState.isElsewhere(wish, endpoint)
            ? table.put(key, endpoint)
            : table.remove(key);
    List<Problem> noted = problems.computeIfAbsent(spot.name(), _ -> new ArrayList<>());
    noted.removeIf(each -> each.isOfPeer() && each.cure() == Problem.Cure.USER);
    noted.addAll(DesiredState.strangers(wish, spot.network()));
    if (delta.isEmpty()) {
      return;
    }
    List<Item> added = spot.driver().remote(delta.added());
    Set<Item.Key> touched = new LinkedHashSet<>();
    spot.driver().remote(delta.removed()).forEach(item -> touched.add(item.key()));
    added.forEach(item -> touched.add(item.key()));
    // what a sandbox here has by now is not touched by its leaving another node
    turn.after()
        .removeIf(item -> touched.contains(item.key()) && item.owner().endpoint().isEmpty());
    turn.after().addAll(added);
    touched.forEach(touchedKey ->
        turn.known()
            .get(touchedKey)
            .filter(item -> item.owner().endpoint().isEmpty())
            .ifPresent(turn.before()::add));
  }

  private ReconcileOutcome outcome(NodeSpec wish, Set<String> names, Made made) {
    Map<String, List<Problem>> failed = new HashMap<>();
    made.failures()
        .forEach((change, error) ->
            failed
                .computeIfAbsent(change.uid(), _ -> new ArrayList<>())
                .add(Failures.explain(change, error, kernel)));
    Map<String, NetworkOutcome> networks = new LinkedHashMap<>();
    for (String name : names) {
      NetworkSpec network = wish.networks().get(name);
      if (network != null) {
        List<Problem> all = problems.computeIfAbsent(name, _ -> new ArrayList<>());
        List<String> repaired = new ArrayList<>();
        for (String uid : concerning(name, network)) {
          all.addAll(failed.getOrDefault(uid, List.of()));
          repaired.addAll(made.repaired().getOrDefault(uid, List.of()));
        }
        List<String> devices = belief == null ? List.of() : belief.devices(network.uid());
        networks.put(name, new NetworkOutcome(devices, all, repaired));
      }
    }
    Set<String> wished =
        wish.networks().values().stream().map(NetworkSpec::uid).collect(Collectors.toSet());
    if (!wish.encrypted().isEmpty()) {
      wished.add(Owner.ENCRYPTION.uid());
    }
    failed.keySet().removeIf(uid -> uid.isEmpty() || wished.contains(uid));
    return new ReconcileOutcome(
        networks,
        failed,
        made.changes().stream().filter(change -> !made.failures().containsKey(change)).toList(),
        made.standing(),
        encryption.outcome());
  }

  /** Whose items a network consists of: its own, and what it shares with others. */
  private List<String> concerning(String name, NetworkSpec network) {
    List<String> uids = new ArrayList<>(List.of(network.uid()));
    if (uses(name)) {
      uids.add(Owner.NODE.uid());
    }
    if (network.isEncrypted()) {
      uids.add(Owner.ENCRYPTION.uid());
    }
    return uids;
  }

  /** Whether the network passes the shared packet filter. */
  private boolean uses(String name) {
    NetworkDriver driver = drivers.get(name);
    return driver != null && driver.rules().isPresent();
  }

  /** Puts the packet filter back if others changed it; the next reconcile reports it. */
  Optional<DriftEvent> restoreFilter() {
    Optional<Item> left = belief == null ? Optional.empty() : belief.get(new Item.Key.OfFilter());
    return left.map(item -> (Item.Filter) item)
        .flatMap(filter -> {
          try {
            return PacketFilter.restore(kernel.nftables(), filter)
                .map(what -> {
                  restored.add(what);
                  return what;
                });
          } catch (NftablesException e) {
            return Optional.of("the packet filter was changed: " + e.getMessage());
          }
        })
        .map(what -> new DriftEvent(filtered(), what));
  }

  /** Puts the source guard back if others changed it; the next reconcile reports it. */
  Optional<DriftEvent> restoreGuard(List<NftablesMonitor.Change> changes) {
    LastApplied known = belief;
    if (known == null || changes.stream().noneMatch(each -> isForeign(each, known))) {
      return Optional.empty();
    }
    Map<Item.Key, Item> left = new LinkedHashMap<>();
    known.items().stream()
        .filter(GuardItem.class::isInstance)
        .forEach(item -> left.put(item.key(), item));
    if (!left.containsKey(new GuardItem.GuardKey.OfTable())) {
      return Optional.empty();
    }
    try {
      List<Item> now = SourceGuard.observe(kernel.nftables(), _ -> Owner.NODE);
      boolean same =
          now.size() == left.size()
              && now.stream()
                  .allMatch(item -> {
                    Item mine = left.get(item.key());
                    return mine != null && item.isAsWished(mine);
                  });
      if (same) {
        return Optional.empty();
      }
      SourceGuard.install(kernel.nftables(), left.values());
      String what =
          "put back the source guard, which was %s by others"
              .formatted(now.isEmpty() ? "removed" : "changed");
      restored.add(what);
      return Optional.of(new DriftEvent(filtered(), what));
    } catch (NftablesException e) {
      return Optional.of(
          new DriftEvent(filtered(), "the source guard was changed: " + e.getMessage()));
    }
  }

  /** Whether a change of the source guard may not be the echo of one of ours. */
  private static boolean isForeign(NftablesMonitor.Change change, LastApplied known) {
    return switch (change) {
      case NftablesMonitor.Change.Touched _, NftablesMonitor.Change.Overrun _ -> true;
      case NftablesMonitor.Change.Element(String set, String key, boolean removed) ->
          known.hasGuard(set, key) == removed;
    };
  }

  /** The networks that pass the packet filter. */
  private PassScope filtered() {
    return scope(uids.keySet().stream().filter(this::uses).collect(Collectors.toSet()));
  }

  /** Whether a notification tells of drift, and of what. */
  Optional<DriftEvent> judge(Notification notification) {
    LastApplied known = belief;
    if (known == null) {
      return Optional.empty();
    }
    return new DriftDetector(kernel, known, indexes, foundations)
        .of(notification)
        .map(
            finding -> new DriftEvent(scopeOf(finding.uids()), finding.what(), finding.restless()));
  }

  /** Whether a notification of IPsec tells of drift, and of what. */
  Optional<DriftEvent> judge(XfrmNotification notification) {
    LastApplied known = belief;
    return known == null
        ? Optional.empty()
        : new IpsecDriftDetector(kernel, known)
            .of(notification)
            .map(what -> new DriftEvent(PassScope.KEYS, what));
  }

  private PassScope scopeOf(Set<String> changed) {
    return scope(
        uids.entrySet().stream()
            .filter(entry -> changed.contains(entry.getValue()))
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet()));
  }

  /** The networks, and the underlay, which may be why they changed. */
  private static PassScope scope(Set<String> names) {
    return names.isEmpty()
        ? PassScope.EVERYTHING
        : PassScope.networks(names).and(PassScope.UNDERLAY);
  }
}
