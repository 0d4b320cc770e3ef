package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.State;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Observes one sandbox, and of the node only what its interfaces are connected to. */
public final class SandboxObservation {
  private final HostKernel kernel;
  private final Map<Integer, Link> node = new HashMap<>();

  private SandboxObservation(HostKernel kernel) {
    this.kernel = kernel;
  }

  /**
   * Returns Weft's items in a sandbox, with the node's ends of its cables.
   *
   * @param expected Weft's interfaces there
   * @param addresses keys of the addresses that Weft set there
   * @return empty if the sandbox has ended or cannot be read
   */
  public static Optional<State> of(
      HostKernel kernel, String file, List<Expected> expected, Set<Item.Key> addresses) {
    return new SandboxObservation(kernel).read(file, expected, addresses);
  }

  private Optional<State> read(String file, List<Expected> expected, Set<Item.Key> addresses) {
    Map<String, Link> ends = new HashMap<>();
    Map<Integer, Owner> owners = new HashMap<>();
    for (Expected each : expected) {
      kernel
          .netlink()
          .link(each.hostEnd())
          .filter(link -> link.kind() instanceof LinkKind.Veth)
          .ifPresent(link -> {
            ends.put(link.name(), link);
            owners.put(link.index(), each.owner());
            node.put(link.index(), link);
            connect(link.master());
          });
    }
    Observation.Sight sight =
        HostKernel.look(
            file,
            inside ->
                SandboxView.read(
                    inside, expected, end -> Optional.ofNullable(ends.get(end)), false));
    sight.view().ifPresent(view -> view.links().forEach(this::connectParent));
    Map<Owner, String> files =
        expected.stream().collect(Collectors.toMap(Expected::owner, _ -> file, (one, _) -> one));
    return sight
        .view()
        .map(_ ->
            ObservedState.in(
                Observation.of(List.copyOf(node.values()), file, sight),
                new ObservedState.Ownership(owners, files, addresses)));
  }

  private void connectParent(Link inside) {
    if (inside.kind() instanceof LinkKind.Macvlan(int parent, _)) {
      connect(parent);
    }
  }

  private void connect(int index) {
    if (!node.containsKey(index)) {
      kernel.netlink().link(index).ifPresent(link -> node.put(index, link));
    }
  }
}
