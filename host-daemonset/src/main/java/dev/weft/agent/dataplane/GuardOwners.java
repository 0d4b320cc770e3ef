package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.drift.LastApplied;
import dev.weft.agent.dataplane.driver.GuardEntries;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds the owner of a source guard element, which the kernel does not store. It looks in the last
 * pass, then at the desired endpoints, then for the network with that number.
 */
record GuardOwners(LastApplied left, Map<Item.Key, Owner> desired, Map<String, Owner> networks)
    implements Function<GuardItem.GuardKey.OfEntry, Owner> {

  static GuardOwners of(NodeSpec spec, LastApplied left) {
    Map<Item.Key, Owner> desired = new HashMap<>();
    Map<String, Owner> networks = new HashMap<>();
    for (NetworkSpec network : spec.networks().values()) {
      networks.put(GuardEntries.number(network.uid()), Owner.network(network.uid()));
      for (LocalEndpoint endpoint : network.local().values()) {
        Owner owner = Owner.endpoint(network.uid(), endpoint.id());
        GuardEntries.endpoint(owner, Network.hostEnd(network.uid(), endpoint.id()), endpoint)
            .forEach(item -> desired.put(item.key(), owner));
      }
    }
    return new GuardOwners(left, desired, networks);
  }

  @Override
  public Owner apply(GuardItem.GuardKey.OfEntry key) {
    return left.get(key)
        .map(Item::owner)
        .or(() -> Optional.ofNullable(desired.get(key)))
        .or(() -> Optional.ofNullable(networks.get(key.number())))
        .orElse(Owner.NODE);
  }
}
