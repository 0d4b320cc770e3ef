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
 * The Mesh with every default filled in, except for the ports: a network keeps the one it has.
 *
 * @param clearPort UDP port of networks that are not encrypted; null: the Mesh names none
 * @param encryptedPort UDP port of encrypted networks; null: the Mesh names none
 */
public record MeshSettings(
    @Nullable Integer clearPort,
    @Nullable Integer encryptedPort,
    int firstVni,
    int lastVni,
    List<AddressPools.Pool> pools) {
  /** Settings of {@code mesh}, which must be valid. */
  public static MeshSettings of(@Nullable Mesh mesh) {
    MeshSpec spec = mesh == null ? null : mesh.getSpec();
    Ports ports = spec == null ? null : spec.ports();
    VniRange vnis = spec == null ? null : spec.vnis();
    List<AddressPool> pools = spec == null ? null : spec.addressPools();
    int last = orElse(vnis == null ? null : vnis.last(), Defaults.LAST_VNI);
    return new MeshSettings(
        ports == null ? null : ports.clear(),
        ports == null ? null : ports.encrypted(),
        orElse(vnis == null ? null : vnis.first(), first(last)),
        last,
        orElse(pools, Defaults.ADDRESS_POOLS).stream().map(MeshSettings::pool).toList());
  }

  /**
   * UDP port of a network: the Mesh's, else the held one, else the default. A held port that is the
   * other kind's is given up.
   */
  public int port(boolean encrypted, @Nullable Integer held) {
    int clear = orElse(clearPort, Defaults.CLEAR_PORT);
    int secret = orElse(encryptedPort, Defaults.ENCRYPTED_PORT);
    int own = encrypted ? secret : clear;
    int other = encrypted ? clear : secret;
    boolean isChosen = (encrypted ? encryptedPort : clearPort) != null;
    return held == null || isChosen || held == other ? own : held;
  }

  /** Lowest VNI of a range that only says where it ends. */
  private static int first(int last) {
    return last < Defaults.FIRST_CHOSEN_VNI ? Defaults.FIRST_VNI : Defaults.FIRST_CHOSEN_VNI;
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
