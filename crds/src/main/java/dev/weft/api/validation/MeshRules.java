package dev.weft.api.validation;

import dev.weft.api.AddressPool;
import dev.weft.api.Cidr;
import dev.weft.api.Defaults;
import dev.weft.api.IpFamily;
import dev.weft.api.IpsecEncapsulation;
import dev.weft.api.KeyRotation;
import dev.weft.api.Mesh;
import dev.weft.api.MeshSpec;
import dev.weft.api.Names;
import dev.weft.api.Ports;
import dev.weft.api.TxChecksum;
import dev.weft.api.Underlay;
import dev.weft.api.VniRange;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Rules of the mesh's settings. */
final class MeshRules {
  private static final Pattern DURATION =
      Pattern.compile("(?=.*[1-9])([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?");
  private static final Pattern VOLUME =
      Pattern.compile("[0-9]{1,12}k?|[0-9]{1,12}Ki|[0-9]{1,9}[MG]i?|[0-9]{1,6}[T]i?|[0-9]{1,3}Pi?");
  private static final BigDecimal LEAST_VOLUME = BigDecimal.valueOf(1 << 20);

  private MeshRules() {}

  static void check(Mesh mesh, Violations problems) {
    if (!Names.MESH.equals(mesh.getMetadata().getName())) {
      problems.add(
          "metadata.name",
          "there is one mesh, and its name is " + Names.MESH,
          "name it " + Names.MESH);
    }
    MeshSpec spec = mesh.getSpec();
    if (spec == null) {
      return;
    }
    if (spec.underlay() != null) {
      underlay(spec.underlay(), problems);
    }
    if (spec.ports() != null) {
      ports(spec.ports(), isInUdp(spec), problems);
    }
    if (spec.vnis() != null) {
      vnis(spec.vnis(), problems);
    }
    if (spec.addressPools() != null) {
      pools(spec.addressPools(), problems);
    }
    problems.choice("spec.txChecksum", spec.txChecksum(), TxChecksum.class, TxChecksum::of);
    problems.choice(
        "spec.ipsecEncapsulation",
        spec.ipsecEncapsulation(),
        IpsecEncapsulation.class,
        IpsecEncapsulation::of);
    if (spec.keyRotation() != null) {
      keyRotation(spec.keyRotation(), problems);
    }
  }

  private static void keyRotation(KeyRotation rotation, Violations problems) {
    String interval = rotation.interval();
    if (interval != null && !DURATION.matcher(interval).matches()) {
      problems.add(
          "spec.keyRotation.interval",
          Violations.quote(interval) + " is not a length of time",
          "write it such as 12h or 1h30m");
    }
    String volume = rotation.volume();
    if (volume == null) {
      return;
    }
    if (!VOLUME.matcher(volume).matches()) {
      problems.add(
          "spec.keyRotation.volume",
          Violations.quote(volume) + " is not a number of bytes",
          "write it such as 64Gi");
    } else if (Quantity.parse(volume).getNumericalAmount().compareTo(LEAST_VOLUME) < 0) {
      problems.add(
          "spec.keyRotation.volume",
          volume + " is sent too soon, and keys would rotate without pause",
          "choose at least 1Mi");
    }
  }

  private static void underlay(Underlay underlay, Violations problems) {
    problems.device("spec.underlay.interface", underlay.interfaceName());
    Optional<IpFamily> family =
        problems.choice("spec.underlay.family", underlay.family(), IpFamily.class, IpFamily::of);
    List<String> texts = underlay.cidrs();
    if (texts == null) {
      return;
    }
    if (texts.isEmpty()) {
      problems.add(
          "spec.underlay.cidrs", "the list is empty", "remove it, or add the nodes' block");
    }
    Boolean ipv4 = family.map(IpFamily.IPV4::equals).orElse(null);
    for (int i = 0; i < texts.size(); i++) {
      String field = "spec.underlay.cidrs[%d]".formatted(i);
      Optional<Cidr> block = problems.block(field, texts.get(i));
      if (block.isEmpty()) {
        continue;
      }
      if (ipv4 == null) {
        ipv4 = block.get().isIpv4();
      } else if (ipv4 != block.get().isIpv4()) {
        problems.add(
            field,
            "tunnels use one IP version, and %s is not of %s"
                .formatted(block.get(), ipv4 ? "IPv4" : "IPv6"),
            "name blocks of one version, and no other in family");
      }
    }
  }

  private static boolean isInUdp(MeshSpec spec) {
    return IpsecEncapsulation.of(spec.ipsecEncapsulation())
        .filter(IpsecEncapsulation.UDP::equals)
        .isPresent();
  }

  private static void ports(Ports ports, boolean espInUdp, Violations problems) {
    problems.range("spec.ports.clear", ports.clear(), 1, 65535);
    problems.range("spec.ports.encrypted", ports.encrypted(), 1, 65535);
    problems.range("spec.ports.ipsec", ports.ipsec(), 1, 65535);
    int clear = orElse(ports.clear(), Defaults.CLEAR_PORT);
    int encrypted = orElse(ports.encrypted(), Defaults.ENCRYPTED_PORT);
    if (clear == encrypted) {
      problems.add(
          "spec.ports",
          "clear and encrypted tunnels would share UDP port %d, and clear frames could not be"
                  .formatted(clear)
              + " refused by port",
          "choose two ports");
    }
    int ipsec = orElse(ports.ipsec(), Defaults.IPSEC_PORT);
    if (espInUdp && (ipsec == clear || ipsec == encrypted)) {
      problems.add(
          "spec.ports.ipsec",
          "UDP port %d carries %s tunnels, which receivers cannot distinguish from ESP inside UDP"
              .formatted(ipsec, ipsec == clear ? "clear" : "encrypted"),
          "choose another port");
    }
  }

  private static void vnis(VniRange range, Violations problems) {
    problems.range("spec.vnis.first", range.first(), Defaults.FIRST_VNI, Defaults.LAST_VNI);
    problems.range("spec.vnis.last", range.last(), Defaults.FIRST_VNI, Defaults.LAST_VNI);
    int first = orElse(range.first(), Defaults.FIRST_VNI);
    int last = orElse(range.last(), Defaults.LAST_VNI);
    if (first > last) {
      problems.add(
          "spec.vnis",
          "the range goes from %d to %d".formatted(first, last),
          "swap first and last");
    }
  }

  private static void pools(List<AddressPool> pools, Violations problems) {
    if (pools.isEmpty()) {
      problems.add(
          "spec.addressPools",
          "the list is empty",
          "remove it to use the default pools, or add a pool");
    }
    List<Cidr> earlier = new ArrayList<>();
    for (int i = 0; i < pools.size(); i++) {
      String field = "spec.addressPools[%d]".formatted(i);
      Optional<Cidr> read = problems.block(field + ".cidr", pools.get(i).cidr());
      if (read.isEmpty()) {
        continue;
      }
      Cidr block = read.get();
      SubnetRules.ordinary(field + ".cidr", block, problems);
      size(field + ".size", pools.get(i).size(), block, problems);
      earlier.stream()
          .filter(block::overlaps)
          .findFirst()
          .ifPresent(other ->
              problems.add(
                  field + ".cidr",
                  "%s overlaps the pool %s".formatted(block, other),
                  "use pools that share no address"));
      earlier.add(block);
    }
  }

  private static void size(String field, @Nullable Integer size, Cidr pool, Violations problems) {
    int longest = pool.network().bits() - 2;
    if (size == null) {
      problems.add(field, "there is no prefix length", "give one, such as 24");
    } else if (size > longest) {
      problems.add(
          field,
          "a /%d has no room for a gateway and an endpoint".formatted(size),
          "use at most %d".formatted(longest));
    } else if (size < pool.prefix()) {
      problems.add(
          field,
          "the pool %s is too small for a subnet of /%d".formatted(pool, size),
          "use at least %d, or a larger pool".formatted(pool.prefix()));
    }
  }

  private static int orElse(@Nullable Integer value, int other) {
    return value == null ? other : value;
  }
}
