package dev.weft.agent.dataplane.driver;

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
import dev.weft.netlink.rtnl.Link;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Collects the desired items of all networks, and rejects items that two networks claim. */
final class DesiredItems {
  private final NodeSpec nodeSpec;
  private final NodeContext context;
  private final Map<Item.Key, Item> items = new LinkedHashMap<>();
  private final Map<String, List<Item>> ofSandbox = new HashMap<>();
  private final Map<String, NetworkDriver> drafts = new HashMap<>();
  private final Map<String, NetworkDriver> drivers = new HashMap<>();
  private final Map<String, List<Problem>> problems = new HashMap<>();
  private final Set<Owner> held = new HashSet<>();
  private final Map<String, Link> foreign;
  private final Map<String, Set<String>> obstacles = new HashMap<>();

  DesiredItems(NodeSpec nodeSpec, NodeContext context) {
    this.nodeSpec = nodeSpec;
    this.context = context;
    foreign = context.foreign();
  }

  void draft(String name, NetworkSpec network) {
    problems.put(name, new ArrayList<>());
    try {
      drafts.put(name, NetworkDriver.of(Network.of(name, nodeSpec.node(), network), context));
    } catch (Unbuildable e) {
      hold(name, network, e);
    }
  }

  private void hold(String name, NetworkSpec network, Unbuildable why) {
    problems.computeIfAbsent(name, _ -> new ArrayList<>()).add(why.problem());
    held.add(Owner.network(network.uid()));
  }

  /** The devices whose marked network keeps using them, with that network's name. */
  Map<Item.Key, String> holders() {
    Map<String, String> names = new HashMap<>();
    nodeSpec.networks().forEach((name, network) -> names.put(network.uid(), name));
    Map<Item.Key, String> holders = new HashMap<>();
    for (Link link : context.observation().node().links()) {
      Item.Key key = new Item.Key.OfDevice(DeviceName.onNode(link.name()));
      context
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
          .remote(Forwarding.of(DesiredState.elsewhere(nodeSpec, network.remote().values())))
          .forEach(item -> items.putIfAbsent(item.key(), item));
      List<Problem> found = problems.computeIfAbsent(name, _ -> new ArrayList<>());
      found.addAll(DesiredState.strangers(nodeSpec, network));
      found.addAll(Hardening.of(driver.devices(), context));
      int free = driver.capacity();
      for (LocalEndpoint endpoint : new TreeMap<>(network.local()).values()) {
        endpoint(network, driver, endpoint, free-- > 0).ifPresent(found::add);
      }
    } catch (Unbuildable e) {
      hold(name, network, e);
    }
  }

  /** Adds a network's own devices, unless another network uses one of them. */
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
    return nodeSpec.networks().entrySet().stream()
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
        throw DesiredState.full(driver, endpoint);
      }
      refuseObstacle(network, endpoint);
      List<Item> mine =
          DesiredState.endpoint(
              driver, owner, endpoint, context.observation().sandbox(file), others);
      for (Item item : mine) {
        DesiredState.refuseTaken(item, Optional.ofNullable(items.get(item.key())));
      }
      others.addAll(mine);
      mine.forEach(item -> items.put(item.key(), item));
      return Optional.empty();
    } catch (Unbuildable e) {
      held.add(owner);
      return Optional.of(e.problem().ofEndpoint(endpoint.id()));
    }
  }

  /** Rejects the endpoint if a foreign device has the name of its veth end. */
  private void refuseObstacle(NetworkSpec network, LocalEndpoint endpoint) throws Unbuildable {
    String hostEnd = Network.hostEnd(network.uid(), endpoint.id());
    Link obstacle = foreign.get(hostEnd);
    if (obstacle != null) {
      obstacles.computeIfAbsent(hostEnd, _ -> new HashSet<>()).add(network.uid());
      throw NodeContext.taken(obstacle);
    }
  }

  DesiredState finish() {
    List<FilterRules> rules = new ArrayList<>();
    nodeSpec
        .networks()
        .forEach((name, network) -> {
          NetworkDriver driver = drivers.get(name);
          if (driver == null) {
            rules.addAll(StandingRules.rules(name, network, context));
          } else {
            driver.rules().ifPresent(rules::add);
          }
        });
    rules.addAll(StandingRules.stuck(context));
    guard(!rules.isEmpty());
    NodeWide.settings(items.values(), held, context.observation(), context::isOurs)
        .forEach(setting -> items.putIfAbsent(setting.key(), setting));
    FilterRules.table(rules, context.secrecy().ports(), TunnelRules.of(rules, context))
        .ifPresent(filter -> items.put(filter.key(), filter));
    return new DesiredState(new State(items), drivers, problems, held, foreign.keySet(), obstacles);
  }

  /** Adds the source guard, without elements for foreign devices under names of Weft. */
  private void guard(boolean needed) {
    for (NetworkSpec network : nodeSpec.networks().values()) {
      if (isHeld(network)) {
        StandingGuard.of(network, context).stream()
            .filter(
                item -> held.contains(item.owner()) || held.contains(Owner.network(network.uid())))
            .forEach(item -> items.putIfAbsent(item.key(), item));
      }
    }
    items.values().removeIf(item -> DesiredState.isOf(foreign.keySet(), item));
    if (needed) {
      GuardItem.Table guard = new GuardItem.Table(true);
      items.put(guard.key(), guard);
    }
  }

  /** Whether the network or one of its endpoints is held. */
  private boolean isHeld(NetworkSpec network) {
    return held.stream().anyMatch(owner -> owner.uid().equals(network.uid()));
  }
}
