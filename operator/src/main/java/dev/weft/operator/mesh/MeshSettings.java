package dev.weft.operator.mesh;

import dev.weft.api.AddressPool;
import dev.weft.api.Cidr;
import dev.weft.api.Defaults;
import dev.weft.api.Mesh;
import dev.weft.api.MeshSpec;
import dev.weft.api.Ports;
import dev.weft.api.VniRange;
import dev.weft.operator.allocation.AddressPools;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The Mesh with every default filled in.
 *
 * @param clearPort UDP port of networks that are not encrypted
 * @param encryptedPort UDP port of encrypted networks
 */
public record MeshSettings(
    int clearPort, int encryptedPort, int firstVni, int lastVni, List<AddressPools.Pool> pools) {
  /** Settings of {@code mesh}, which must be valid. */
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

  /** Pools of the Mesh, with the blocks that are in use. */
  public AddressPools pools(List<AddressPools.Used> used) {
    return new AddressPools(pools, firstVni, lastVni, used);
  }

  private static AddressPools.Pool pool(AddressPool pool) {
    return new AddressPools.Pool(
        Cidr.parse(Objects.requireNonNull(pool.cidr())), Objects.requireNonNull(pool.size()));
  }

  private static <T> T orElse(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
