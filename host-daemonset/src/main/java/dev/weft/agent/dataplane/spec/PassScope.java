package dev.weft.agent.dataplane.spec;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What may have changed since the last pass, and so what the next pass reads. */
public sealed interface PassScope {
  /** Nothing. */
  PassScope NOTHING = new Part(false, false, Set.of(), Map.of());

  /**
   * Everything. The pass reads the whole kernel, and removes marked objects that are not desired.
   */
  PassScope EVERYTHING = new Everything();

  /** The interface or address below the tunnels. */
  PassScope UNDERLAY = new Part(true, false, Set.of(), Map.of());

  /** The keys of encrypted networks, with the states and policies that use them. */
  PassScope KEYS = new Part(false, true, Set.of(), Map.of());

  /** Returns the union of both. */
  PassScope and(PassScope other);

  /** Whether the interface or address below the tunnels may have changed. */
  boolean hasUnderlay();

  /** Whether the keys of encrypted networks may have changed. */
  boolean hasKeys();

  /** Whether anything of a network may have changed. */
  boolean hasWhole(String network);

  /** Whether anything of a network may have changed, or only some of its endpoints. */
  boolean touches(String network);

  /** The endpoints of a network that the scope names individually. */
  Set<String> endpoints(String network);

  /** Anything of this network. */
  static PassScope network(String name) {
    return networks(Set.of(name));
  }

  /** Anything of these networks. */
  static PassScope networks(Set<String> names) {
    return new Part(false, false, names, Map.of());
  }

  /** One endpoint of a network. */
  static PassScope endpoint(String network, String key) {
    return endpoints(Map.of(network, Set.of(key)));
  }

  /** These endpoints, by network. */
  static PassScope endpoints(Map<String, Set<String>> keys) {
    return new Part(false, false, Set.of(), keys);
  }

  /** Anything. */
  record Everything() implements PassScope {
    @Override
    public PassScope and(PassScope other) {
      return this;
    }

    @Override
    public boolean hasUnderlay() {
      return true;
    }

    @Override
    public boolean hasKeys() {
      return true;
    }

    @Override
    public boolean hasWhole(String network) {
      return true;
    }

    @Override
    public boolean touches(String network) {
      return true;
    }

    @Override
    public Set<String> endpoints(String network) {
      return Set.of();
    }
  }

  /**
   * Part of the node.
   *
   * @param hasUnderlay the interface or address below the tunnels
   * @param hasKeys the keys of encrypted networks
   * @param networks anything of these networks, by name; they may be no longer desired
   * @param endpoints these endpoints, by network name: the keys of {@link NetworkSpec#local()} and
   *     {@link NetworkSpec#remote()}
   */
  record Part(
      boolean hasUnderlay,
      boolean hasKeys,
      Set<String> networks,
      Map<String, Set<String>> endpoints)
      implements PassScope {
    public Part {
      networks = Set.copyOf(networks);
      endpoints = Map.copyOf(endpoints);
    }

    /** Whether the scope covers only the keys. */
    public boolean isKeysAlone() {
      return hasKeys && isUnspecific();
    }

    /**
     * Whether only endpoints came, changed or went. The pass then trusts the rest of the kernel, so
     * its work grows only with their number.
     */
    public boolean isEndpointsAlone() {
      return !hasKeys && networks.isEmpty();
    }

    /** Whether the scope names no network and no endpoint. */
    public boolean isUnspecific() {
      return networks.isEmpty() && endpoints.isEmpty();
    }

    /** The networks of the scope, named as a whole or by endpoints. */
    public Set<String> names() {
      return union(networks, endpoints.keySet());
    }

    @Override
    public PassScope and(PassScope other) {
      return switch (other) {
        case Everything everything -> everything;
        case Part part ->
            new Part(
                hasUnderlay || part.hasUnderlay,
                hasKeys || part.hasKeys,
                union(networks, part.networks),
                union(endpoints, part.endpoints));
      };
    }

    @Override
    public boolean hasWhole(String network) {
      return networks.contains(network);
    }

    @Override
    public boolean touches(String network) {
      return networks.contains(network) || endpoints.containsKey(network);
    }

    @Override
    public Set<String> endpoints(String network) {
      return endpoints.getOrDefault(network, Set.of());
    }

    private static Set<String> union(Set<String> one, Set<String> two) {
      return Stream.concat(one.stream(), two.stream()).collect(Collectors.toUnmodifiableSet());
    }

    private static Map<String, Set<String>> union(
        Map<String, Set<String>> one, Map<String, Set<String>> two) {
      Map<String, Set<String>> both = new HashMap<>(one);
      two.forEach((network, keys) -> both.merge(network, keys, Part::union));
      return both;
    }
  }
}
