package dev.weft.operator.mesh;

import dev.weft.api.AddressPool;
import dev.weft.api.Cidr;
import dev.weft.api.Defaults;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import dev.weft.api.MeshSpec;
import dev.weft.api.Ports;
import dev.weft.api.VniRange;
import dev.weft.operator.allocation.AddressPools;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Mesh with every default filled in.
 *
 * @param clearPort UDP port of networks that are not encrypted
 * @param encryptedPort UDP port of encrypted networks
 */
public record MeshSettings(
    int clearPort, int encryptedPort, int firstVni, int lastVni, List<AddressPools.Pool> pools) {
  /** Routes of one node that are looked at. */
  private static final int MOST_ROUTES = 1024;

  /** Prefix length of the largest block that counts: a shorter one is a default route in halves. */
  private static final int SHORTEST_ROUTE = 8;

  /** The settings that {@code mesh} stands for; it must be valid. */
  public static MeshSettings of(@Nullable Mesh mesh) {
    MeshSpec spec = mesh == null ? null : mesh.getSpec();
    Ports ports = spec == null ? null : spec.ports();
    VniRange vnis = spec == null ? null : spec.vnis();
    List<AddressPool> pools = spec == null ? null : spec.addressPools();
    return new MeshSettings(
        orElse(ports == null ? null : ports.clear(), Defaults.CLEAR_PORT),
        orElse(ports == null ? null : ports.encrypted(), Defaults.ENCRYPTED_PORT),
        orElse(vnis == null ? null : vnis.first(), Defaults.FIRST_VNI),
        orElse(vnis == null ? null : vnis.last(), Defaults.LAST_VNI),
        orElse(pools, Defaults.ADDRESS_POOLS).stream().map(MeshSettings::pool).toList());
  }

  public int port(boolean encrypted) {
    return encrypted ? encryptedPort : clearPort;
  }

  /** What networks are allocated from, on these nodes. */
  public AddressPools ground(List<MeshNode> nodes) {
    return new AddressPools(
        pools, firstVni, lastVni, nodes.stream().flatMap(MeshSettings::used).toList());
  }

  /** One node keeps no network of the others from its addresses by what it says it reaches. */
  private static Stream<AddressPools.Used> used(MeshNode node) {
    MeshNodeSpec spec = node.getSpec();
    if (spec == null) {
      return Stream.empty();
    }
    List<String> blocks = new ArrayList<>();
    if (spec.routes() != null) {
      spec.routes().stream().limit(MOST_ROUTES).forEach(blocks::add);
    }
    if (spec.vtep() != null) {
      blocks.add(spec.vtep() + (spec.vtep().contains(":") ? "/128" : "/32"));
    }
    return blocks.stream()
        .flatMap(MeshSettings::parse)
        .filter(cidr -> cidr.prefix() >= SHORTEST_ROUTE)
        .map(cidr -> new AddressPools.Used(node.getMetadata().getName(), cidr));
  }

  /** Nothing if {@code text} is no block: a stored object may hold anything. */
  private static Stream<Cidr> parse(String text) {
    try {
      return Stream.of(Cidr.parse(text));
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }

  private static AddressPools.Pool pool(AddressPool pool) {
    return new AddressPools.Pool(
        Cidr.parse(Objects.requireNonNull(pool.cidr())), Objects.requireNonNull(pool.size()));
  }

  private static <T> T orElse(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
