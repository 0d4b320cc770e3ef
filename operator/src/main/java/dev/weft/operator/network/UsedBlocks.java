package dev.weft.operator.network;

import dev.weft.api.Cidr;
import dev.weft.api.IpAddress;
import dev.weft.api.MeshNode;
import dev.weft.operator.allocation.AddressPools.Used;
import dev.weft.operator.allocation.AddressPools.User;
import dev.weft.operator.node.NodeFacts;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that the cluster and its nodes use beside Weft's networks. What one node says is
 * bounded, so that it keeps no network of the others from its addresses.
 */
final class UsedBlocks {
  /** Routes, pod ranges or addresses of one node that are looked at. */
  private static final int MOST = 1024;

  /** Prefix length of a node's largest block that counts: a shorter one is half a default route. */
  private static final int SHORTEST = 8;

  private UsedBlocks() {}

  static List<Used> of(ObservedNetwork observed) {
    Stream<Used> services =
        observed.serviceRanges().stream().map(cidr -> new Used(new User.Services(), cidr));
    // of two that use one block, the first is named: what a user knows by name before its route
    return Stream.concat(
            services,
            Stream.<Function<NodeFacts, Stream<Used>>>of(
                    UsedBlocks::pods, UsedBlocks::addresses, UsedBlocks::routes)
                .flatMap(part -> observed.nodes().stream().flatMap(part)))
        .toList();
  }

  private static Stream<Used> pods(NodeFacts node) {
    Node known = node.node();
    return known == null || known.getSpec() == null
        ? Stream.empty()
        : blocks(
            Stream.concat(
                Stream.ofNullable(known.getSpec().getPodCIDR()),
                orNone(known.getSpec().getPodCIDRs())),
            new User.Pods(node.name()));
  }

  private static Stream<Used> addresses(NodeFacts node) {
    Node known = node.node();
    Stream<String> ofNode =
        known == null || known.getStatus() == null
            ? Stream.empty()
            : orNone(known.getStatus().getAddresses())
                .filter(each -> each.getType().endsWith("IP"))
                .map(NodeAddress::getAddress);
    return ofNode
        .distinct()
        .limit(MOST)
        .flatMap(UsedBlocks::single)
        .map(cidr -> new Used(new User.Host(node.name()), cidr));
  }

  /** What the node says of itself: its routes, and where its tunnels end. */
  private static Stream<Used> routes(NodeFacts node) {
    MeshNode meshNode = node.meshNode();
    if (meshNode == null || meshNode.getSpec() == null) {
      return Stream.empty();
    }
    User user = new User.Route(node.name());
    String vtep = meshNode.getSpec().vtep();
    Stream<Cidr> end = vtep == null ? Stream.empty() : single(vtep);
    return Stream.concat(
        end.map(cidr -> new Used(user, cidr)), blocks(orNone(meshNode.getSpec().routes()), user));
  }

  private static Stream<Used> blocks(Stream<String> texts, User user) {
    return texts
        .distinct()
        .limit(MOST)
        .flatMap(UsedBlocks::parse)
        .filter(cidr -> cidr.prefix() >= SHORTEST)
        .map(cidr -> new Used(user, cidr));
  }

  /** Nothing if {@code address} is none. */
  static Stream<Cidr> single(String address) {
    try {
      IpAddress read = IpAddress.parse(address);
      return Stream.of(Cidr.containing(read, read.bits()));
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }

  /** Nothing if {@code text} is no block: a stored object may hold anything. */
  static Stream<Cidr> parse(String text) {
    try {
      return Stream.of(Cidr.parse(text));
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }

  private static <T> Stream<T> orNone(@Nullable List<T> list) {
    return Objects.requireNonNullElse(list, List.<T>of()).stream().filter(Objects::nonNull);
  }
}
