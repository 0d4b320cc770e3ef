package dev.weft.importer.translate;

import dev.weft.api.BridgeOptions;
import dev.weft.api.BridgeOptionsBuilder;
import dev.weft.api.Cidr;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.Driver;
import dev.weft.api.GatewayMode;
import dev.weft.api.IpAddress;
import dev.weft.api.MacvlanMode;
import dev.weft.api.MacvlanOptions;
import dev.weft.api.MacvlanOptionsBuilder;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Subnet;
import dev.weft.api.SubnetBuilder;
import dev.weft.api.validation.Validation;
import dev.weft.api.validation.Violation;
import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Notes;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Converts a network of Docker to a ContainerNetwork. */
public final class NetworkResource {
  private static final String BRIDGE = "com.docker.network.bridge.";
  private static final String MTU = "com.docker.network.driver.mtu";
  private static final String VXLAN = "com.docker.network.driver.overlay.vxlanid_list";
  private static final int LARGEST = 65535;

  private NetworkResource() {}

  /** Requested properties of a network, for any driver. */
  public record Wish(String name, Driver driver, boolean internal, Families families) {}

  /**
   * Address families of a network.
   *
   * @param ipv4 null: the source does not say
   */
  public record Families(@Nullable Boolean ipv4, boolean ipv6) {}

  /**
   * Converts a network of a driver that Weft supports. A network with a refused value is left out,
   * because a guess might lose its isolation.
   */
  public static Imported of(
      String what, Wish wish, List<Subnet> subnets, Cursor optionsCursor, Notes notes) {
    Options options = new Options(optionsCursor);
    List<Subnet> blocks = blocks(wish, subnets, notes);
    ContainerNetworkSpecBuilder spec =
        ContainerNetworkSpecBuilder.builder()
            .driver(wish.driver.toString())
            .internal(wish.internal ? Boolean.TRUE : null)
            .subnets(blocks.isEmpty() ? null : blocks)
            .mtu(options.number(MTU, 0, LARGEST).filter(each -> each > 0).orElse(null))
            .interfacePrefix(
                options.text("com.docker.network.container_iface_prefix").orElse(null));
    if (wish.driver == Driver.BRIDGE) {
      spec.bridge(bridge(options));
    } else if (wish.driver == Driver.OVERLAY) {
      spec.overlay(overlay(options));
    } else if (wish.driver == Driver.MACVLAN) {
      spec.macvlan(macvlan(options));
    }
    options.rest();
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName(wish.name).build());
    network.setSpec(spec.build());
    String fault = fault(Validation.of(network));
    if (fault == null && notes.isRefused()) {
      fault = "a value of it cannot be read, and to guess might lose its isolation";
    }
    return new Imported(what, List.of(network), notes, fault);
  }

  /** The subnets of a network as texts. */
  public static List<String> blocks(Imported network) {
    return network.resources().stream()
        .filter(ContainerNetwork.class::isInstance)
        .map(each -> ((ContainerNetwork) each).getSpec().subnets())
        .flatMap(Stream::ofNullable)
        .flatMap(List::stream)
        .flatMap(each -> Stream.ofNullable(each.cidr()))
        .toList();
  }

  /** Whether a network is internal; notes that a pod still has the cluster's own network. */
  public static boolean isInternal(Cursor internal) {
    boolean is = internal.isTrue();
    if (is) {
      internal.changed(
          "a pod still has the cluster's own network; a NetworkPolicy shuts that off where it"
              + " must");
    }
    return is;
  }

  /** Reason why a resource cannot be applied; null: it can. */
  public static @Nullable String fault(List<Violation> problems) {
    return problems.isEmpty()
        ? null
        : problems.stream().map(Violation::toString).collect(Collectors.joining("; "));
  }

  private static List<Subnet> blocks(Wish wish, List<Subnet> subnets, Notes notes) {
    boolean ipv4 = !Boolean.FALSE.equals(wish.families.ipv4);
    List<Subnet> blocks =
        new ArrayList<>(subnets.stream().filter(each -> ipv4 || isIpv6(each)).toList());
    if (blocks.size() < subnets.size()) {
      notes.say("it is without IPv4: its IPv4 subnets are not taken over");
    }
    boolean hasIpv6 = blocks.stream().anyMatch(NetworkResource::isIpv6);
    if (hasIpv6 || (ipv4 && !wish.families.ipv6)) {
      return blocks;
    }
    if (ipv4 && blocks.isEmpty()) {
      notes.say(
          "it asks for IPv6 and names no subnet: it has IPv4 only until you give it one subnet of"
              + " each family");
      return blocks;
    }
    String digest = ResourceNames.digest(wish.name);
    String block =
        Cidr.parse(
                "fd%s:%s:%s::/64"
                    .formatted(part(digest, 0, 2), part(digest, 2, 6), part(digest, 6, 10)))
            .toString();
    notes.say(
        "its IPv6 subnet %s is made from its name, as Docker would pick one".formatted(block));
    blocks.add(SubnetBuilder.builder().cidr(block).build());
    return blocks;
  }

  private static String part(String digest, int from, int to) {
    return digest.substring(from, to);
  }

  private static boolean isIpv6(Subnet subnet) {
    return subnet.cidr() != null && subnet.cidr().indexOf(':') >= 0;
  }

  /** Converts a subnet of an IPAM configuration. */
  public static Subnet subnet(Cursor cidr, Cursor gateway, Cursor range, Cursor auxiliary) {
    Map<String, String> reserved = new LinkedHashMap<>();
    auxiliary
        .pairs()
        .forEach((name, pair) -> {
          if (pair.text() != null) {
            reserved.put(name, pair.text());
          }
        });
    return SubnetBuilder.builder()
        .cidr(block(cidr).orElse(null))
        // an engine writes an IPv6 gateway with its prefix length
        .gateway(gateway.filled().map(each -> each.replaceFirst("/.*", "")).orElse(null))
        .ranges(block(range).map(List::of).orElse(null))
        .reserved(reserved.isEmpty() ? null : reserved)
        .build();
  }

  /** The block with its host bits cleared, as Docker does. The validation checks the rest. */
  private static Optional<String> block(Cursor cursor) {
    return cursor
        .filled()
        .map(text -> {
          try {
            int slash = text.indexOf('/');
            IpAddress address = IpAddress.parse(text.substring(0, Math.max(slash, 0)));
            int prefix = Integer.parseInt(text.substring(slash + 1));
            String block = Cidr.containing(address, prefix).toString();
            if (!Cidr.parse(block).first().equals(address)) {
              cursor.changed("written as " + block);
            }
            return block;
          } catch (IllegalArgumentException e) {
            cursor.refused("a block such as 10.10.0.0/24 is expected");
            return text;
          }
        });
  }

  private static @Nullable BridgeOptions bridge(Options options) {
    options
        .cursor(BRIDGE + "default_bridge")
        .ifPresent(each -> each.noted("containers join Weft's networks by name only"));
    Optional<Cursor> mode = options.cursor(BRIDGE + "gateway_mode_ipv4");
    Optional<GatewayMode> gateway =
        mode.flatMap(Cursor::filled)
            .flatMap(text ->
                Arrays.stream(GatewayMode.values())
                    .filter(each -> each.toString().equalsIgnoreCase(text))
                    .findFirst());
    if (gateway.isEmpty()) {
      mode.ifPresent(
          each -> each.refused("it isolates or opens a network, and Weft has no such mode"));
    }
    Optional<Cursor> device = options.cursor(BRIDGE + "name");
    device.ifPresent(each ->
        each.changed("the bridge is Docker's until its network is removed; Weft waits for that"));
    BridgeOptions bridge =
        BridgeOptionsBuilder.builder()
            .name(device.flatMap(Cursor::filled).orElse(null))
            .masquerade(falsehood(options.truth(BRIDGE + "enable_ip_masquerade")))
            .interContainerTraffic(falsehood(options.truth(BRIDGE + "enable_icc")))
            .gatewayMode(
                gateway
                    .filter(each -> each != GatewayMode.NAT)
                    .map(GatewayMode::toString)
                    .orElse(null))
            .build();
    return bridge.equals(BridgeOptionsBuilder.builder().build()) ? null : bridge;
  }

  /** Omits {@code true}, which is the default. */
  private static @Nullable Boolean falsehood(Optional<Boolean> truth) {
    return truth.filter(each -> !each).orElse(null);
  }

  private static @Nullable OverlayOptions overlay(Options options) {
    options
        .cursor(VXLAN)
        .ifPresent(each -> each.changed("Weft picks another, so that both can run side by side"));
    Optional<Cursor> encrypted = options.cursor("encrypted");
    encrypted
        .filter(each -> each.filled().filter(text -> !text.equals("true")).isPresent())
        .ifPresent(
            each -> each.changed("Docker encrypts wherever the key is present, and so does Weft"));
    return encrypted.isPresent() ? new OverlayOptions(null, true) : null;
  }

  private static @Nullable MacvlanOptions macvlan(Options options) {
    Optional<Cursor> mode = options.cursor("macvlan_mode");
    Optional<MacvlanMode> known =
        mode.flatMap(Cursor::filled)
            .flatMap(text ->
                Arrays.stream(MacvlanMode.values())
                    .filter(each -> each.toString().equalsIgnoreCase(text))
                    .findFirst());
    if (known.isEmpty()) {
      mode.ifPresent(each -> each.refused("there are bridge, vepa, private and passthru"));
    }
    MacvlanOptions macvlan =
        MacvlanOptionsBuilder.builder()
            .parent(options.text("parent").orElse(null))
            .mode(
                known
                    .filter(each -> each != MacvlanMode.BRIDGE)
                    .map(MacvlanMode::toString)
                    .orElse(null))
            .build();
    return macvlan.equals(MacvlanOptionsBuilder.builder().build()) ? null : macvlan;
  }
}
