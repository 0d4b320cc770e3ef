package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.State;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.mesh.Forwarding;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.rtnl.Link;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The desired state: a pure function of the wish and of what the node is like.
 *
 * @param drivers by network name, of the networks that can be made
 * @param problems by network name
 * @param held owners whose items stay as they are, because what is wished of them can not be made:
 *     a whole network or an endpoint
 */
public record DesiredState(
    State state,
    Map<String, NetworkDriver> drivers,
    Map<String, List<Problem>> problems,
    Set<Owner> held) {

  public static DesiredState of(NodeSpec wish, NodeContext ground) {
    Drawing drawing = new Drawing(wish, ground);
    new TreeMap<>(wish.networks()).forEach(drawing::draft);
    Map<Item.Key, String> holders = drawing.holders();
    // of devices without a holder, the same on every node and in every pass
    wish.networks().entrySet().stream()
        .sorted(Comparator.comparing(each -> each.getValue().uid()))
        .forEach(each -> drawing.network(each.getKey(), each.getValue(), holders));
    return drawing.finish();
  }

  public boolean isHeld(Item item) {
    return held.contains(item.owner()) || held.contains(Owner.network(item.owner().uid()));
  }

  /**
   * Whether an endpoint is truly on another node, at a tunnel end that this node's tunnels can lead
   * to: a tunnel has one IP family.
   */
  public static boolean isElsewhere(NodeSpec wish, RemoteEndpoint endpoint) {
    return !wish.vtep().equals(Optional.of(endpoint.vtep())) && !isOfOtherFamily(wish, endpoint);
  }

  private static boolean isOfOtherFamily(NodeSpec wish, RemoteEndpoint endpoint) {
    return wish.vtep()
        .filter(own -> own.getAddress().length != endpoint.vtep().getAddress().length)
        .isPresent();
  }

  /** A problem for each tunnel end of another IP family than the node's, and none of them tried. */
  public static List<Problem> strangers(NodeSpec wish, NetworkSpec network) {
    return network.remote().values().stream()
        .filter(endpoint -> isOfOtherFamily(wish, endpoint))
        .map(endpoint -> endpoint.vtep().getHostAddress())
        .distinct()
        .sorted()
        .map(vtep ->
            Problem.user(
                    "peer " + vtep,
                    "its tunnels are of another IP family than this node's (%s)"
                        .formatted(
                            wish.vtep().map(java.net.InetAddress::getHostAddress).orElse("?")),
                    "let the Mesh's underlay choose addresses of one family for all nodes")
                .ofPeer(vtep))
        .toList();
  }

  /** The remote endpoints that are truly on other nodes. */
  static List<RemoteEndpoint> elsewhere(NodeSpec wish, Collection<RemoteEndpoint> endpoints) {
    return endpoints.stream()
        .filter(endpoint -> isElsewhere(wish, endpoint))
        .sorted(Comparator.comparing(endpoint -> endpoint.vtep().getHostAddress()))
        .toList();
  }

  /**
   * What an endpoint is in its sandbox.
   *
   * @param sight the sandbox as it is
   * @param others what else of ours is in it
   */
  public static List<Item> endpoint(
      NetworkDriver driver,
      Owner owner,
      LocalEndpoint endpoint,
      Observation.Sight sight,
      Collection<Item> others)
      throws Unbuildable {
    Observation.View sandbox =
        sight
            .view()
            .orElseThrow(() ->
                new Unbuildable(
                    Problem.retry(
                        endpoint.sandbox().toString(),
                        sight.why(),
                        "change what is in the sandbox; nothing, if it is gone")));
    Optional<Link> taken =
        sandbox
            .link(endpoint.interfaceName())
            .filter(link -> !owner.equals(sandbox.ours().get(link.index())));
    if (taken.isPresent()) {
      throw new Unbuildable(
          Problem.user(
              endpoint.interfaceName(),
              "the sandbox already has an interface of this name",
              "ask for another name in the annotation weft.dev/networks"));
    }
    List<Item> items = new ArrayList<>(driver.endpoint(endpoint, endpoint.defaultRoute()));
    items.removeIf(item ->
        item instanceof Item.Route route
            && !route.device().place().isNode()
            && hasOtherWayOut(route, sandbox, others));
    return items;
  }

  private static boolean hasOtherWayOut(
      Item.Route route, Observation.View sandbox, Collection<Item> others) {
    return sandbox.hasForeignDefault(route.destination().address().getAddress().length == 4)
        || others.stream()
            .anyMatch(other ->
                other instanceof Item.Route(_, DeviceName device, var destination, _)
                    && device.place().equals(route.device().place())
                    && !device.equals(route.device())
                    && destination.equals(route.destination()));
  }

  /**
   * Refuses what another owner has: two names derived by digest can be equal.
   *
   * @param other what there is under the same key
   */
  public static void refuseTaken(Item item, Optional<Item> other) throws Unbuildable {
    if (item instanceof Item.Device
        && other.filter(it -> !it.owner().equals(item.owner())).isPresent()) {
      throw new Unbuildable(
          Problem.user(
              item.toString(),
              "another endpoint or network of this node has a device of this name",
              "delete the pod, so that it is made anew under another name"));
    }
  }

  /** Collects the items of all networks. */
  private static final class Drawing {
    private final NodeSpec wish;
    private final NodeContext ground;
    private final Map<Item.Key, Item> items = new LinkedHashMap<>();
    private final Map<String, List<Item>> ofSandbox = new HashMap<>();
    private final Map<String, NetworkDriver> drafts = new HashMap<>();
    private final Map<String, NetworkDriver> drivers = new HashMap<>();
    private final Map<String, List<Problem>> problems = new HashMap<>();
    private final Set<Owner> held = new HashSet<>();

    Drawing(NodeSpec wish, NodeContext ground) {
      this.wish = wish;
      this.ground = ground;
    }

    void draft(String name, NetworkSpec network) {
      problems.put(name, new ArrayList<>());
      try {
        drafts.put(name, NetworkDriver.of(Network.of(name, wish.node(), network), ground));
      } catch (Unbuildable e) {
        hold(name, network, e);
      }
    }

    private void hold(String name, NetworkSpec network, Unbuildable why) {
      problems.computeIfAbsent(name, _ -> new ArrayList<>()).add(why.problem());
      held.add(Owner.network(network.uid()));
    }

    /** The networks that go on to use a device that is marked as theirs. */
    Map<Item.Key, String> holders() {
      Map<String, String> names = new HashMap<>();
      wish.networks().forEach((name, network) -> names.put(network.uid(), name));
      Map<Item.Key, String> holders = new HashMap<>();
      for (Link link : ground.observation().node().links()) {
        Item.Key key = new Item.Key.OfDevice(DeviceName.onNode(link.name()));
        ground
            .ownership()
            .of(link)
            .ifPresent(owner -> {
              String name = names.get(owner.uid());
              if (name != null && keeps(name, owner, key)) {
                holders.put(key, name);
              }
            });
      }
      return holders;
    }

    private boolean keeps(String name, Owner owner, Item.Key key) {
      NetworkDriver driver = drafts.get(name);
      return driver == null
          || !owner.endpoint().isEmpty()
          || driver.devices().stream().anyMatch(item -> item.key().equals(key));
    }

    void network(String name, NetworkSpec network, Map<Item.Key, String> holders) {
      NetworkDriver driver = drafts.get(name);
      if (driver == null) {
        return;
      }
      try {
        place(name, driver.devices(), holders);
        drivers.put(name, driver);
        driver
            .remote(Forwarding.of(elsewhere(wish, network.remote().values())))
            .forEach(item -> items.putIfAbsent(item.key(), item));
        List<Problem> found = problems.computeIfAbsent(name, _ -> new ArrayList<>());
        found.addAll(strangers(wish, network));
        found.addAll(Hardening.of(driver.devices(), ground));
        int free = driver.capacity();
        for (LocalEndpoint endpoint : new TreeMap<>(network.local()).values()) {
          endpoint(network, driver, endpoint, free-- > 0).ifPresent(found::add);
        }
      } catch (Unbuildable e) {
        hold(name, network, e);
      }
    }

    /** Adds a network's own devices, unless one of them is another network's. */
    private void place(String name, List<Item> devices, Map<Item.Key, String> holders)
        throws Unbuildable {
      for (Item item : devices) {
        Item other = items.get(item.key());
        boolean vlan = item instanceof Item.Device mine && mine.kind() instanceof DeviceKind.Vlan;
        boolean shared =
            vlan
                && item instanceof Item.Device mine
                && other instanceof Item.Device theirs
                && mine.kind().equals(theirs.kind());
        if (other != null && !shared && !other.equals(item)) {
          throw taken(item, nameOf(other.owner().uid()));
        }
        String holder = holders.getOrDefault(item.key(), name);
        if (!vlan && !holder.equals(name)) {
          throw taken(item, holder);
        }
      }
      devices.forEach(item -> items.putIfAbsent(item.key(), item));
    }

    private static Unbuildable taken(Item item, String holder) {
      return new Unbuildable(
          Problem.user(
              item.toString(),
              "network %s has this device on the node and keeps it".formatted(holder),
              "give this network another device, or delete network " + holder));
    }

    private String nameOf(String uid) {
      return wish.networks().entrySet().stream()
          .filter(each -> each.getValue().uid().equals(uid))
          .findFirst()
          .map(Map.Entry::getKey)
          .orElse("of UID " + uid);
    }

    private Optional<Problem> endpoint(
        NetworkSpec network, NetworkDriver driver, LocalEndpoint endpoint, boolean fits) {
      Owner owner = Owner.endpoint(network.uid(), endpoint.id());
      String file = endpoint.sandbox().toString();
      List<Item> others = ofSandbox.computeIfAbsent(file, _ -> new ArrayList<>());
      try {
        if (!fits) {
          throw full(driver, endpoint);
        }
        List<Item> mine =
            DesiredState.endpoint(
                driver, owner, endpoint, ground.observation().sandbox(file), others);
        for (Item item : mine) {
          refuseTaken(item, Optional.ofNullable(items.get(item.key())));
        }
        others.addAll(mine);
        mine.forEach(item -> items.put(item.key(), item));
        return Optional.empty();
      } catch (Unbuildable e) {
        held.add(owner);
        return Optional.of(e.problem().ofEndpoint(endpoint.id()));
      }
    }

    DesiredState finish() {
      List<FilterRules> rules = new ArrayList<>();
      wish.networks()
          .forEach((name, network) -> {
            NetworkDriver driver = drivers.get(name);
            if (driver == null) {
              rules.addAll(StandingRules.rules(name, network, ground));
            } else {
              driver.rules().ifPresent(rules::add);
            }
          });
      rules.addAll(StandingRules.stuck(ground));
      NodeWide.settings(items.values(), held, ground.observation(), ground::isOurs)
          .forEach(setting -> items.putIfAbsent(setting.key(), setting));
      FilterRules.table(rules, ground.secrecy().ports(), wish.senders())
          .ifPresent(filter -> items.put(filter.key(), filter));
      if (!rules.isEmpty()) {
        GuardItem.Table guard = new GuardItem.Table(true);
        items.put(guard.key(), guard);
      }
      return new DesiredState(new State(items), drivers, problems, held);
    }
  }

  public static Unbuildable full(NetworkDriver driver, LocalEndpoint endpoint) {
    return new Unbuildable(
        Problem.user(
            endpoint.interfaceName(),
            "the network takes no more than %d endpoint on a node".formatted(driver.capacity()),
            "use another macvlan mode than Passthru, or another parent"));
  }
}
