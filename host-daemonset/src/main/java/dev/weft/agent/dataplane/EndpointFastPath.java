package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.apply.Apply;
import dev.weft.agent.dataplane.driver.DesiredState;
import dev.weft.agent.dataplane.driver.NetworkDriver;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.Plan;
import dev.weft.agent.dataplane.model.State;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.mesh.ForwardingTable;
import dev.weft.mesh.RemoteEndpoint;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Plans added, changed and removed endpoints against the last pass instead of a kernel dump. The
 * work grows with their number, not with that of all endpoints.
 */
final class EndpointFastPath {
  private final NodeSpec spec;
  private final LastPass last;
  private final SandboxInterfaces interfaces;
  private final Apply apply;
  private final List<Item> before = new ArrayList<>();
  private final List<Item> after = new ArrayList<>();

  /**
   * Starts a plan of endpoints.
   *
   * @param apply reads the sandboxes
   */
  EndpointFastPath(NodeSpec spec, LastPass last, SandboxInterfaces interfaces, Apply apply) {
    this.spec = spec;
    this.last = last;
    this.interfaces = interfaces;
    this.apply = apply;
  }

  /** A network that can be built. */
  private record Buildable(NetworkSpec network, NetworkDriver driver, LastPass.Carried carried) {}

  /**
   * Returns the changes for these endpoints.
   *
   * @param endpoints by network name
   */
  List<Change> plan(Map<String, Set<String>> endpoints) {
    endpoints.forEach((name, keys) -> {
      NetworkSpec network = spec.networks().get(name);
      LastPass.Carried carried = last.networks().get(name);
      if (network != null && carried != null && carried.driver().isPresent()) {
        Buildable buildable = new Buildable(network, carried.driver().get(), carried);
        for (String key : keys) {
          local(buildable, key);
          remote(buildable, key);
        }
      }
    });
    return Plan.between(State.of(after), State.of(before));
  }

  /** Records that the changes of the plan have been made. */
  void made() {
    last.applied().replace(before, State.of(after));
  }

  private void local(Buildable it, String id) {
    Owner owner = Owner.endpoint(it.network.uid(), id);
    LocalEndpoint endpoint = it.network.local().get(id);
    List<Item> present = last.applied().of(owner);
    List<Problem> problems = it.carried.problems();
    problems.removeIf(problem -> problem.endpoint().equals(id));
    if (endpoint == null) {
      before.addAll(present);
      return;
    }
    try {
      if (it.network.local().size() > it.driver.capacity() && present.isEmpty()) {
        throw DesiredState.full(it.driver, endpoint);
      }
      String file = endpoint.sandbox().toString();
      List<Item> others = new ArrayList<>(last.applied().in(file));
      others.addAll(after);
      List<Item> desired =
          DesiredState.endpoint(it.driver, owner, endpoint, look(it, endpoint), others);
      for (Item item : desired) {
        DesiredState.refuseTaken(item, last.applied().get(item.key()));
      }
      before.addAll(present);
      after.addAll(desired);
    } catch (Unbuildable e) {
      problems.add(e.problem().ofEndpoint(id));
    }
  }

  private Observation.Sight look(Buildable it, LocalEndpoint endpoint) {
    String file = endpoint.sandbox().toString();
    Owner owner = Owner.endpoint(it.network.uid(), endpoint.id());
    return apply.view(
        file,
        interfaces.expected(it.network, endpoint),
        interfaces.known(owner, last.applied().in(file)));
  }

  private void remote(Buildable it, String key) {
    ForwardingTable<String> table = it.carried.remote();
    RemoteEndpoint endpoint = it.network.remote().get(key);
    ForwardingTable.Delta delta =
        endpoint != null && DesiredState.isElsewhere(spec, endpoint)
            ? table.put(key, endpoint)
            : table.remove(key);
    List<Problem> problems = it.carried.problems();
    problems.removeIf(each -> each.isOfPeer() && each.cure() == Problem.Cure.USER);
    problems.addAll(DesiredState.strangers(spec, it.network));
    if (delta.isEmpty()) {
      return;
    }
    List<Item> added = it.driver.remote(delta.added());
    Set<Item.Key> touched = new LinkedHashSet<>();
    it.driver.remote(delta.removed()).forEach(item -> touched.add(item.key()));
    added.forEach(item -> touched.add(item.key()));
    // an item that a local sandbox owns by now stays when the remote endpoint goes
    after.removeIf(item -> touched.contains(item.key()) && item.owner().endpoint().isEmpty());
    after.addAll(added);
    touched.forEach(each ->
        last.applied()
            .get(each)
            .filter(item -> item.owner().endpoint().isEmpty())
            .ifPresent(before::add));
  }
}
