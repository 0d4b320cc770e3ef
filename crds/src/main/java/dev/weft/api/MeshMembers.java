package dev.weft.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Selects the valid MeshNodes: each VTEP address and each public key has one owner. An owner keeps
 * it as long as its MeshNode names it, even if other MeshNodes claim it later. If two MeshNodes
 * appear together, the one with the earlier creation timestamp owns it. Thread-safe.
 */
public final class MeshMembers {
  private static final Comparator<MeshNode> AGE =
      Comparator.comparing((MeshNode node) ->
              Objects.requireNonNullElse(node.getMetadata().getCreationTimestamp(), ""))
          .thenComparing(node -> node.getMetadata().getName());

  private Map<Claim, String> owners = Map.of();

  /** Value that only one MeshNode may name. */
  private sealed interface Claim {
    record Address(IpAddress address) implements Claim {}

    record Key(String publicKey) implements Claim {}
  }

  /**
   * Conflict with another MeshNode that owns a claimed value.
   *
   * @param owner name of the MeshNode that owns the value
   * @param why reason in words for a user
   */
  public record Conflict(String owner, String why) {}

  /**
   * Valid and refused MeshNodes at one moment.
   *
   * @param members valid MeshNodes by node name
   * @param refused conflicts of the other MeshNodes by node name
   */
  public record Settled(Map<String, MeshNode> members, Map<String, Conflict> refused) {
    /** Result before any MeshNode is known. */
    public static final Settled NONE = new Settled(Map.of(), Map.of());

    /** The MeshNode of a node, if it is valid. */
    public Optional<MeshNode> member(String node) {
      return Optional.ofNullable(members.get(node));
    }
  }

  /**
   * Selects the valid MeshNodes of {@code all} and remembers the owners for the next call. Each
   * MeshNode must be free of {@linkplain Identity contradictions}.
   */
  public synchronized Settled settle(Collection<MeshNode> all) {
    Map<String, MeshNode> byName = new TreeMap<>();
    all.forEach(each -> byName.put(each.getMetadata().getName(), each));
    Map<Claim, String> kept = new HashMap<>();
    byName.forEach((name, node) ->
        claims(node)
            .filter(claim -> name.equals(owners.get(claim)))
            .forEach(c -> kept.put(c, name)));
    Map<String, MeshNode> members = new LinkedHashMap<>();
    Map<String, Conflict> refused = new LinkedHashMap<>();
    for (MeshNode node : byName.values().stream().sorted(AGE).toList()) {
      String name = node.getMetadata().getName();
      List<Claim> claims = claims(node).toList();
      Optional<Claim> taken =
          claims.stream().filter(each -> !name.equals(kept.getOrDefault(each, name))).findFirst();
      if (taken.isEmpty()) {
        claims.forEach(each -> kept.put(each, name));
        members.put(name, node);
      } else {
        String owner = Objects.requireNonNull(kept.get(taken.get()));
        refused.put(name, conflict(node, Objects.requireNonNull(byName.get(owner)), taken.get()));
      }
    }
    owners = kept;
    return new Settled(members, refused);
  }

  private static Conflict conflict(MeshNode node, MeshNode owner, Claim claim) {
    String name = node.getMetadata().getName();
    String holder = owner.getMetadata().getName();
    String what =
        switch (claim) {
          case Claim.Address(IpAddress address) ->
              "that its tunnels end at %s, the address of the tunnels of %s"
                  .formatted(address, holder);
          case Claim.Key(String _) -> "that it has a public key that is the one of " + holder;
        };
    return new Conflict(
        holder,
        "MeshNode %s says %s; give the nodes different ones, or delete the MeshNode of the one that is gone"
            .formatted(name, what));
  }

  private static Stream<Claim> claims(MeshNode node) {
    MeshNodeSpec spec = node.getSpec();
    if (spec == null) {
      return Stream.empty();
    }
    List<Claim> claims = new ArrayList<>();
    address(spec.vtep()).map(Claim.Address::new).ifPresent(claims::add);
    if (spec.keys() != null) {
      spec.keys().stream()
          .flatMap(each -> Stream.ofNullable(each.publicKey()))
          .map(Claim.Key::new)
          .forEach(claims::add);
    }
    return claims.stream();
  }

  private static Optional<IpAddress> address(@Nullable String text) {
    try {
      return Optional.ofNullable(text).map(IpAddress::parse);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
