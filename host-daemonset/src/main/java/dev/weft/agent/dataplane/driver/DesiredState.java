package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.State;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.rtnl.Link;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The desired state: a pure function of the NodeSpec and the observed node.
 *
 * @param drivers by network name, of the networks that can be built
 * @param problems by network name
 * @param held owners (networks or endpoints) whose items stay unchanged, because their desired
 *     state cannot be built
 * @param foreign names of the node's devices that are not Weft's
 * @param obstacles UIDs of networks, by the name of the foreign device that blocks one of their
 *     endpoints
 */
public record DesiredState(
    State state,
    Map<String, NetworkDriver> drivers,
    Map<String, List<Problem>> problems,
    Set<Owner> held,
    Set<String> foreign,
    Map<String, Set<String>> obstacles) {

  public static DesiredState of(NodeSpec nodeSpec, NodeContext context) {
    DesiredItems items = new DesiredItems(nodeSpec, context);
    new TreeMap<>(nodeSpec.networks()).forEach(items::draft);
    Map<Item.Key, String> holders = items.holders();
    // networks add devices by UID, so a device without a holder gets the same owner on every node
    nodeSpec.networks().entrySet().stream()
        .sorted(Comparator.comparing(each -> each.getValue().uid()))
        .forEach(each -> items.network(each.getKey(), each.getValue(), holders));
    return items.finish();
  }

  /**
   * Whether to make a change. Held items stay, except in the source guard. The guard is always
   * complete, and closes to a device that took the name of a Weft device.
   */
  public boolean isDue(Change change) {
    return !isHeld(change.item())
        || isOf(foreign, change.item())
        || change instanceof Change.Create(GuardItem _);
  }

  /** Whether the item is a source guard element for one of these devices. */
  static boolean isOf(Set<String> devices, Item item) {
    return item instanceof GuardItem.Entry entry
        && entry.device().filter(devices::contains).isPresent();
  }

  private boolean isHeld(Item item) {
    return held.contains(item.owner()) || held.contains(Owner.network(item.owner().uid()));
  }

  /**
   * Whether an endpoint is on another node, at a VTEP of this node's IP family. A tunnel has one IP
   * family.
   */
  public static boolean isElsewhere(NodeSpec nodeSpec, RemoteEndpoint endpoint) {
    return !nodeSpec.vtep().equals(Optional.of(endpoint.vtep()))
        && !isOfOtherFamily(nodeSpec, endpoint);
  }

  private static boolean isOfOtherFamily(NodeSpec nodeSpec, RemoteEndpoint endpoint) {
    return nodeSpec
        .vtep()
        .filter(own -> own.getAddress().length != endpoint.vtep().getAddress().length)
        .isPresent();
  }

  /** Returns a problem for each VTEP of another IP family, to which the node sends nothing. */
  public static List<Problem> strangers(NodeSpec nodeSpec, NetworkSpec network) {
    return network.remote().values().stream()
        .filter(endpoint -> isOfOtherFamily(nodeSpec, endpoint))
        .map(endpoint -> endpoint.vtep().getHostAddress())
        .distinct()
        .sorted()
        .map(vtep ->
            Problem.user(
                    "peer " + vtep,
                    "its tunnels are of another IP family than this node's (%s)"
                        .formatted(
                            nodeSpec.vtep().map(java.net.InetAddress::getHostAddress).orElse("?")),
                    "let the Mesh's underlay choose addresses of one family for all nodes")
                .ofPeer(vtep))
        .toList();
  }

  /** Returns the remote endpoints that are on other nodes. */
  static List<RemoteEndpoint> elsewhere(NodeSpec nodeSpec, Collection<RemoteEndpoint> endpoints) {
    return endpoints.stream()
        .filter(endpoint -> isElsewhere(nodeSpec, endpoint))
        .sorted(Comparator.comparing(endpoint -> endpoint.vtep().getHostAddress()))
        .toList();
  }

  /**
   * Returns the items of an endpoint in its sandbox.
   *
   * @param sight the sandbox as observed
   * @param others Weft's other items in it
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
                        "change the contents of the sandbox; if it is gone, change nothing")));
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
   * Rejects an item that another owner has: two names derived by digest can collide.
   *
   * @param other the present item under the same key
   */
  public static void refuseTaken(Item item, Optional<Item> other) throws Unbuildable {
    if (item instanceof Item.Device
        && other.filter(it -> !it.owner().equals(item.owner())).isPresent()) {
      throw new Unbuildable(
          Problem.user(
              item.toString(),
              "another endpoint or network of this node has a device of this name",
              "delete the pod, so that it is recreated under another name"));
    }
  }

  public static Unbuildable full(NetworkDriver driver, LocalEndpoint endpoint) {
    return new Unbuildable(
        Problem.user(
            endpoint.interfaceName(),
            "the network supports at most %d endpoint on a node".formatted(driver.capacity()),
            "use another macvlan mode than Passthru, or another parent"));
  }
}
