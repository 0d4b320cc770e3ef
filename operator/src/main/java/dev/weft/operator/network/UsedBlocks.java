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
 * Collects the blocks that the cluster and its nodes use outside Weft's networks. The blocks of
 * each node are limited, so that one node cannot take addresses from the networks of others.
 */
final class UsedBlocks {
  /** Maximum number of routes, pod ranges or addresses of one node. */
  private static final int MOST = 1024;

  /**
   * Minimum prefix length of a node's block. Larger blocks, such as half a default route, are
   * ignored.
   */
  private static final int SHORTEST = 8;

  private UsedBlocks() {}

  static List<Used> of(ObservedNetwork observed) {
    Stream<Used> services =
        observed.serviceRanges().stream().map(cidr -> new Used(new User.Services(), cidr));
    // messages name the first user of a block, so users that an administrator knows by name come
    // before routes
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

  /** Blocks that the node reports: its routes and its VTEP address. */
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

  /** The address as a block; empty if it is malformed. */
  static Stream<Cidr> single(String address) {
    try {
      IpAddress read = IpAddress.parse(address);
      return Stream.of(Cidr.containing(read, read.bits()));
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }

  /** The block; empty if {@code text} is malformed, as it may be in a stored object. */
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
