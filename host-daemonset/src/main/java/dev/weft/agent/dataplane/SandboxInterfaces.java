package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.apply.Apply;
import dev.weft.agent.dataplane.drift.LastApplied;
import dev.weft.agent.dataplane.kernel.Expected;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Weft's interfaces in sandboxes, by index: a sandbox can change their names and marks, but not
 * their indexes.
 */
final class SandboxInterfaces {
  private final Map<Owner, Integer> indexes = new HashMap<>();

  /** Returns the sandbox file of each endpoint, desired or left over. */
  static Map<Owner, String> sandboxes(NodeSpec spec, LastApplied left) {
    Map<Owner, String> sandboxes = new HashMap<>();
    for (String file : left.sandboxes()) {
      left.in(file).forEach(item -> sandboxes.put(item.owner(), file));
    }
    for (NetworkSpec network : spec.networks().values()) {
      for (LocalEndpoint endpoint : network.local().values()) {
        sandboxes.put(Owner.endpoint(network.uid(), endpoint.id()), endpoint.sandbox().toString());
      }
    }
    return sandboxes;
  }

  /**
   * Returns the expected interfaces in each sandbox, by file.
   *
   * @param sandboxes the files, by endpoint
   */
  Map<String, List<Expected>> expected(
      NodeSpec spec, LastApplied left, Map<Owner, String> sandboxes) {
    Map<Owner, Expected> byOwner = new LinkedHashMap<>();
    for (Owner owner : sandboxes.keySet()) {
      for (Item item : left.of(owner)) {
        if (item instanceof Item.Device device && !device.inner().place().isNode()) {
          byOwner.put(owner, Expected.of(device, index(owner), isRouted(owner, left)));
        }
      }
    }
    for (NetworkSpec network : spec.networks().values()) {
      for (LocalEndpoint endpoint : network.local().values()) {
        Owner owner = Owner.endpoint(network.uid(), endpoint.id());
        boolean routes = endpoint.isUp() || endpoint.defaultRoute() || isRouted(owner, left);
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

  /** Returns the expected interface of one endpoint, read without the others. */
  Expected expected(NetworkSpec network, LocalEndpoint endpoint) {
    Owner owner = Owner.endpoint(network.uid(), endpoint.id());
    boolean routes = endpoint.defaultRoute() && endpoint.isUp();
    return Expected.of(network, endpoint, index(owner), routes);
  }

  /** Returns the known interfaces of an endpoint and of those in its sandbox, by index. */
  Map<Integer, Owner> known(Owner endpoint, List<Item> inSandbox) {
    Map<Integer, Owner> known = new HashMap<>();
    Stream.concat(Stream.of(endpoint), inSandbox.stream().map(Item::owner))
        .filter(indexes::containsKey)
        .forEach(each -> known.put(index(each), each));
    return known;
  }

  /** The index of an endpoint's interface; 0 if unknown. */
  int index(Owner owner) {
    return indexes.getOrDefault(owner, 0);
  }

  private static boolean isRouted(Owner owner, LastApplied left) {
    return left.of(owner).stream()
        .anyMatch(item -> item instanceof Item.Route route && !route.device().place().isNode());
  }

  /** Records the indexes seen in sandboxes. */
  void note(Collection<Observation.Sight> sights) {
    for (Observation.Sight sight : sights) {
      sight
          .view()
          .ifPresent(view -> view.ours().forEach((index, owner) -> indexes.put(owner, index)));
    }
  }

  /** Records the indexes of interfaces that the changes made in sandboxes. */
  void note(List<Change> changes, Apply apply) {
    for (Change change : changes) {
      if (change instanceof Change.Create(Item.Device device) && !device.inner().place().isNode()) {
        apply.inSandbox(device.inner()).ifPresent(index -> indexes.put(device.owner(), index));
      }
    }
  }

  /** Forgets all endpoints but these. */
  void retain(Set<Owner> endpoints) {
    indexes.keySet().retainAll(endpoints);
  }
}
