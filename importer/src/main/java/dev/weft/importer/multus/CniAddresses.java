package dev.weft.importer.multus;

import dev.weft.api.Cidr;
import dev.weft.api.IpAddress;
import dev.weft.api.IpRange;
import dev.weft.api.Subnet;
import dev.weft.api.SubnetBuilder;
import dev.weft.importer.ledger.Cursor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The addresses that an IPAM plugin hands out, as subnets. */
final class CniAddresses {
  private static final Set<String> DEFAULTS = Set.of("0.0.0.0/0", "::/0");

  /** Settings of the plugins that concern only how they store what they hand out. */
  private static final Set<String> STORAGE =
      Set.of(
          "dataDir",
          "datastore",
          "kubernetes",
          "log_file",
          "log_level",
          "configuration_path",
          "etcd_host",
          "etcd_username",
          "etcd_password",
          "etcd_key_file",
          "etcd_cert_file",
          "etcd_ca_cert_file",
          "overlapping_ranges",
          "enable_overlapping_ranges",
          "network_name",
          "node_slice_size",
          "leader_lease_duration",
          "leader_renew_deadline",
          "leader_retry_period");

  private final Cursor ipam;
  private final Map<Cidr, Block> blocks = new LinkedHashMap<>();
  private @Nullable String obstacle;

  /** What is known of a block. */
  private static final class Block {
    final List<IpRange> open = new ArrayList<>();
    final List<IpRange> excluded = new ArrayList<>();
    final Map<IpAddress, String> fixed = new TreeMap<>();
    @Nullable String gateway;
  }

  private CniAddresses(Cursor ipam) {
    this.ipam = ipam;
  }

  /** Reads the settings of an IPAM plugin; the blocks of {@code asked} are those that pods name. */
  static CniAddresses read(Cursor ipam, Set<Cidr> asked) {
    CniAddresses addresses = new CniAddresses(ipam);
    addresses.plugin(asked);
    addresses.routes();
    ipam.get("dns").entries().values().forEach(each -> each.dropped("a pod's dnsConfig says it"));
    ipam.rest(key ->
        STORAGE.contains(key)
            ? "Weft keeps addresses in NetworkEndpoints"
            : "a ContainerNetwork has no such field");
    return addresses;
  }

  /** Reason why Weft cannot hand out these addresses; empty if it can. */
  Optional<String> obstacle() {
    return Optional.ofNullable(obstacle);
  }

  /** Whether a subnet has a gateway. */
  boolean hasGateway() {
    return blocks.values().stream().anyMatch(each -> each.gateway != null);
  }

  private void plugin(Set<Cidr> asked) {
    String type = ipam.get("type").text().orElse("");
    switch (type) {
      case "host-local" -> {
        range(ipam, "subnet", "rangeStart", "rangeEnd");
        for (Cursor set : ipam.get("ranges").items()) {
          set.items().forEach(each -> range(each, "subnet", "rangeStart", "rangeEnd"));
        }
        ipam.notes()
            .say(
                "host-local counts on each node by itself, so two nodes may give one address out;"
                    + " Weft counts for all nodes");
      }
      case "whereabouts" -> {
        range(ipam, "range", "range_start", "range_end");
        for (Cursor each : ipam.get("ipRanges").items()) {
          range(each, "range", "range_start", "range_end");
        }
      }
      case "static" -> fixed(asked);
      case "dhcp" ->
          obstacle =
              "its addresses come from the LAN's DHCP server, and Weft hands out its own; name the"
                  + " LAN's block in subnets and the server's range in excluded";
      case "" ->
          ipam.notes()
              .say("it hands out no addresses; Weft gives each interface one of the mesh's pools");
      default -> obstacle = "Weft does not know what addresses %s hands out".formatted(type);
    }
    if (type.isEmpty() || !Set.of("host-local", "whereabouts", "static").contains(type)) {
      ipam.get("type").dropped("Weft hands addresses out itself");
    } else {
      ipam.get("type").noted("Weft hands these addresses out itself");
    }
    if (blocks.isEmpty() && obstacle == null && !type.isEmpty()) {
      obstacle = "it names no block of addresses; write the LAN's in subnets";
    }
  }

  private void range(Cursor range, String subnet, String start, String end) {
    Optional<Cidr> cidr = range.get(subnet).as(CniAddresses::block);
    if (cidr.isEmpty()) {
      return;
    }
    Optional<IpRange> within =
        range
            .get(subnet)
            .text()
            .filter(each -> each.indexOf('-') >= 0)
            .flatMap(_ -> range.get(subnet).as(CniAddresses::dashed));
    if (!range.get(subnet).is(cidr.get().toString())) {
      range.get(subnet).changed("it is the block " + cidr.get());
    }
    Block block = blocks.computeIfAbsent(cidr.get(), _ -> new Block());
    IpRange usable = cidr.get().usable();
    Optional<IpAddress> from = range.get(start).as(IpAddress::parse).filter(cidr.get()::contains);
    Optional<IpAddress> to = range.get(end).as(IpAddress::parse).filter(cidr.get()::contains);
    IpAddress first = from.or(() -> within.map(IpRange::first)).orElse(usable.first());
    IpAddress last = to.or(() -> within.map(IpRange::last)).orElse(usable.last());
    if (first.compareTo(last) > 0) {
      range.get(start).refused("the range ends before it starts");
      return;
    }
    block.open.add(new IpRange(first, last));
    from.ifPresent(_ -> range.get(start).changed("addresses below it are excluded"));
    to.ifPresent(_ -> range.get(end).changed("addresses above it are excluded"));
    for (Cursor each : range.get("exclude").items()) {
      Optional<IpRange> excluded =
          each.as(CniAddresses::excluded).filter(cidr.get().range()::contains);
      excluded.ifPresent(block.excluded::add);
      if (excluded.isPresent()) {
        each.changed("excluded is " + excluded.get());
      } else {
        each.dropped("it is outside of " + cidr.get());
      }
    }
    gateway(range.get("gateway"), cidr.get(), block);
  }

  private static void gateway(Cursor gateway, Cidr cidr, Block block) {
    Optional<IpAddress> address =
        gateway.as(text -> IpAddress.parse(text.replaceFirst("/.*", ""))).filter(cidr::contains);
    address.ifPresent(each -> block.gateway = each.toString());
    if (address.isEmpty()) {
      gateway.dropped("it is outside of " + cidr);
    }
  }

  /** Reads the form of whereabouts that has a range before the prefix length. */
  private static IpRange dashed(String text) {
    return IpRange.parse(text.substring(0, text.indexOf('/')));
  }

  /** The block of an address with a prefix length, which may have host bits. */
  private static Cidr block(String text) {
    try {
      int slash = text.indexOf('/');
      IpAddress any = IpAddress.parse(text.substring(0, slash).replaceFirst("-.*", ""));
      return Cidr.containing(any, Integer.parseInt(text.substring(slash + 1)));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalArgumentException("a block such as 10.10.0.0/24 is expected", e);
    }
  }

  private static IpRange excluded(String text) {
    return text.indexOf('/') < 0 ? IpRange.parse(text) : block(text).range();
  }

  private void fixed(Set<Cidr> asked) {
    List<Cursor> addresses = ipam.get("addresses").items();
    for (Cursor each : addresses) {
      Optional<Cidr> cidr = each.get("address").as(CniAddresses::block);
      if (cidr.isPresent()) {
        String address = each.get("address").text().orElse("").replaceFirst("/.*", "");
        Block block = blocks.computeIfAbsent(cidr.get(), _ -> new Block());
        block.fixed.put(IpAddress.parse(address), "static");
        each.get("address")
            .changed(
                "reserved; the pod that had it asks for it by ips, once its line in reserved is"
                    + " gone");
        gateway(each.get("gateway"), cidr.get(), block);
      }
    }
    if (addresses.isEmpty()) {
      asked.forEach(each -> blocks.computeIfAbsent(each, _ -> new Block()));
    }
  }

  private void routes() {
    for (Cursor each : ipam.get("routes").items()) {
      if (each.get("dst").text().filter(DEFAULTS::contains).isEmpty()) {
        each.dropped("Weft sets no routes but the default one");
        continue;
      }
      each.get("dst").changed("a pod gets it where its annotation says defaultRoute: true");
      Optional<IpAddress> gateway = each.get("gw").as(IpAddress::parse);
      boolean fits = false;
      for (Map.Entry<Cidr, Block> block : blocks.entrySet()) {
        if (gateway.isPresent() && block.getKey().contains(gateway.get())) {
          fits = true;
          if (block.getValue().gateway == null) {
            block.getValue().gateway = gateway.get().toString();
          }
        }
      }
      if (gateway.isPresent() && !fits) {
        each.get("gw").dropped("it is in no subnet of the network");
      }
    }
  }

  /**
   * The subnets, with the addresses in use reserved.
   *
   * @param routed whether the network may have a gateway; if not, its address is reserved
   */
  List<Subnet> subnets(UsedAddresses used, boolean routed) {
    List<Subnet> subnets = new ArrayList<>();
    blocks.forEach((cidr, block) -> {
      Map<IpAddress, String> holders = new TreeMap<>(block.fixed);
      holders.putAll(used.in(cidr));
      String gateway = routed ? block.gateway : null;
      if (gateway != null) {
        holders.remove(IpAddress.parse(gateway));
      } else if (block.gateway != null) {
        holders.put(IpAddress.parse(block.gateway), "gateway");
      }
      List<IpRange> excluded = new ArrayList<>(block.excluded);
      if (!block.open.isEmpty()) {
        excluded.addAll(Reserving.outside(cidr, block.open));
      }
      Reserving reserving = Reserving.of(holders, excluded);
      subnets.add(
          SubnetBuilder.builder()
              .cidr(cidr.toString())
              .gateway(gateway)
              .excluded(reserving.excluded().isEmpty() ? null : reserving.excluded())
              .reserved(reserving.reserved().isEmpty() ? null : reserving.reserved())
              .build());
    });
    return subnets;
  }
}
