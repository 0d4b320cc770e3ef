package dev.weft.agent.dataplane.spec;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What may have changed since the last pass, and so what the next one looks at. */
public sealed interface PassScope {
  /** Nothing. */
  PassScope NOTHING = new Part(false, false, Set.of(), Map.of());

  /**
   * Anything: the kernel is read anew, and what carries our mark without being wished is removed.
   */
  PassScope EVERYTHING = new Everything();

  /** The interface or address below the tunnels. */
  PassScope UNDERLAY = new Part(true, false, Set.of(), Map.of());

  /** The keys of encrypted networks, with the states and policies that use them. */
  PassScope KEYS = new Part(false, true, Set.of(), Map.of());

  /** Anything. */
  record Everything() implements PassScope {}

  /**
   * Some of it.
   *
   * @param underlay the interface or address below the tunnels
   * @param keys the keys of encrypted networks
   * @param networks anything of these networks, by name, also of such as are wished no more
   * @param endpoints these endpoints, by network name: the keys of {@link NetworkSpec#local()} and
   *     {@link NetworkSpec#remote()}
   */
  record Part(
      boolean underlay, boolean keys, Set<String> networks, Map<String, Set<String>> endpoints)
      implements PassScope {
    public Part {
      networks = Set.copyOf(networks);
      endpoints = Map.copyOf(endpoints);
    }

    /** Whether the keys are all that the kernel is compared for. */
    public boolean isKeysAlone() {
      return keys && networks.isEmpty() && endpoints.isEmpty();
    }

    /**
     * Whether only endpoints came, changed or went. The work then grows with their number alone:
     * the kernel is trusted to be as the last reconcile left it.
     */
    public boolean isEndpointsAlone() {
      return !keys && networks.isEmpty();
    }

    /** Whether it names no network and no endpoint. */
    public boolean isUnspecific() {
      return networks.isEmpty() && endpoints.isEmpty();
    }

    /** The networks of which it names anything. */
    public Set<String> names() {
      return union(networks, endpoints.keySet());
    }
  }

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

  /** Both. */
  default PassScope and(PassScope other) {
    return this instanceof Part one && other instanceof Part two
        ? new Part(
            one.underlay || two.underlay,
            one.keys || two.keys,
            union(one.networks, two.networks),
            union(one.endpoints, two.endpoints))
        : EVERYTHING;
  }

  /** Whether there is nothing to look at. */
  default boolean isEmpty() {
    return equals(NOTHING);
  }

  /** Whether the interface or address below the tunnels may have changed. */
  default boolean hasUnderlay() {
    return switch (this) {
      case Everything() -> true;
      case Part part -> part.underlay;
    };
  }

  /** Whether the keys of encrypted networks may have changed. */
  default boolean hasKeys() {
    return switch (this) {
      case Everything() -> true;
      case Part part -> part.keys;
    };
  }

  /** Whether anything of a network may have changed, or only one of its endpoints. */
  default boolean touches(String network) {
    return switch (this) {
      case Everything() -> true;
      case Part part -> part.names().contains(network);
    };
  }

  /** Whether anything of a network may have changed. */
  default boolean hasWhole(String network) {
    return switch (this) {
      case Everything() -> true;
      case Part part -> part.networks.contains(network);
    };
  }

  /** The endpoints of a network that are named one by one. */
  default Set<String> endpoints(String network) {
    return switch (this) {
      case Everything() -> Set.of();
      case Part part -> part.endpoints.getOrDefault(network, Set.of());
    };
  }

  private static Set<String> union(Set<String> one, Set<String> two) {
    Set<String> both = new HashSet<>(one);
    both.addAll(two);
    return both;
  }

  private static Map<String, Set<String>> union(
      Map<String, Set<String>> one, Map<String, Set<String>> two) {
    Map<String, Set<String>> both = new HashMap<>();
    Stream.of(one, two)
        .flatMap(each -> each.entrySet().stream())
        .forEach(each ->
            both.merge(
                each.getKey(),
                each.getValue(),
                (a, b) ->
                    Stream.concat(a.stream(), b.stream()).collect(Collectors.toUnmodifiableSet())));
    return both;
  }
}
