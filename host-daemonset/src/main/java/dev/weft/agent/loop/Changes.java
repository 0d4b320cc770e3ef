package dev.weft.agent.loop;

import dev.weft.agent.dataplane.spec.Dirty;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What may have changed since the last pass, and so what the next one looks at.
 *
 * @param all anything
 * @param underlay the interface or address below the tunnels
 * @param keys the keys of encrypted networks
 * @param networks anything of these networks, by name
 * @param endpoints these endpoints, by network: names of {@code NetworkEndpoint}s, or ids of
 *     endpoints in sandboxes of this node
 */
public record Changes(
    boolean all,
    boolean underlay,
    boolean keys,
    Set<String> networks,
    Map<String, Set<String>> endpoints) {
  /** Nothing. */
  public static final Changes NONE = new Changes(false, false, false, Set.of(), Map.of());

  /** Anything. */
  public static final Changes ALL = new Changes(true, true, true, Set.of(), Map.of());

  /** What the tunnels stand on. */
  public static final Changes UNDERLAY = new Changes(false, true, false, Set.of(), Map.of());

  /** The keys of encrypted networks. */
  public static final Changes KEYS = new Changes(false, false, true, Set.of(), Map.of());

  public Changes {
    networks = Set.copyOf(networks);
    endpoints = Map.copyOf(endpoints);
  }

  /** Anything of these networks. */
  public static Changes networks(Set<String> names) {
    return new Changes(false, false, false, names, Map.of());
  }

  /** Anything of this network. */
  public static Changes network(String name) {
    return networks(Set.of(name));
  }

  /** One endpoint of a network. */
  public static Changes endpoint(String network, String key) {
    return new Changes(false, false, false, Set.of(), Map.of(network, Set.of(key)));
  }

  /** What the data plane saw, and the underlay, which may be why. */
  public static Changes of(Dirty dirty) {
    return switch (dirty) {
      case Dirty.Everything() -> ALL;
      case Dirty.Keys() -> KEYS;
      case Dirty.Networks(Set<String> names) -> new Changes(false, true, false, names, Map.of());
      case Dirty.Endpoints(Map<String, Set<String>> keys) ->
          new Changes(false, true, false, Set.of(), keys);
    };
  }

  /** Both. */
  public Changes and(Changes other) {
    Map<String, Set<String>> both = new HashMap<>();
    Stream.of(endpoints, other.endpoints)
        .flatMap(each -> each.entrySet().stream())
        .forEach(each ->
            both.merge(
                each.getKey(),
                each.getValue(),
                (one, two) ->
                    Stream.concat(one.stream(), two.stream())
                        .collect(Collectors.toUnmodifiableSet())));
    return new Changes(
        all || other.all,
        underlay || other.underlay,
        keys || other.keys,
        union(networks, other.networks),
        both);
  }

  /** Whether there is nothing to look at. */
  public boolean isEmpty() {
    return equals(NONE);
  }

  /** Whether anything of a network may have changed. */
  public boolean touches(String network) {
    return all || networks.contains(network) || endpoints.containsKey(network);
  }

  /** How much the data plane must look at. */
  public Dirty dirty() {
    if (all) {
      return Dirty.EVERYTHING;
    }
    if (networks.isEmpty() && endpoints.isEmpty() && keys) {
      return Dirty.KEYS;
    }
    return networks.isEmpty() && !keys
        ? new Dirty.Endpoints(endpoints)
        : new Dirty.Networks(union(networks, endpoints.keySet()));
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> both = new HashSet<>(one);
    both.addAll(other);
    return both;
  }
}
