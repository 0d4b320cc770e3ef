package dev.weft.importer;

import dev.weft.api.Driver;
import dev.weft.api.Subnet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A Compose file as a whole: its networks, then its services. */
final class Compose {
  private static final String DEFAULT = "default";

  private final String project;
  private final Fields file;
  private final Fields declared;

  private Compose(Object root, String project) {
    this.file = Fields.of(root);
    this.project = file.text("name").orElse(project);
    this.declared = file.fields("networks");
  }

  /**
   * Reads a file.
   *
   * @param root as YAML has it
   * @param project name of the project where the file names none
   */
  static List<Imported> read(Object root, String project) {
    return new Compose(root, project).all();
  }

  private List<Imported> all() {
    file.passOver("version");
    List<Imported> services = new ArrayList<>();
    Set<String> used = new LinkedHashSet<>();
    Fields all = file.fields("services");
    for (String name : all.names()) {
      Fields service = all.fields(name);
      List<String> networks = ComposeService.networks(service);
      used.addAll(networks);
      services.add(
          ComposeService.read(name, service, networks.stream().map(this::resourceName).toList()));
    }
    List<Imported> imported = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>(declared.names());
    used.stream().filter(DEFAULT::equals).forEach(names::add);
    names.forEach(each -> imported.add(network(each)));
    imported.addAll(services);
    // what belongs to a service or network is told there
    List<String> left =
        file.names().stream()
            .filter(each -> !Set.of("services", "networks", "name", "version").contains(each))
            .map(each -> "%s: %s".formatted(each, file.any(each).orElse("")))
            .map(each -> each.length() <= 160 ? each : each.substring(0, 160) + "...")
            .toList();
    if (!left.isEmpty()) {
      imported.add(new Imported("the file's other sections", Optional.empty(), left));
    }
    return imported;
  }

  private String resourceName(String key) {
    return Names.network(engineName(key), new ArrayList<>());
  }

  /** As Compose calls the network in the engine, but for the project's prefix. */
  private String engineName(String key) {
    if (declared.any(key).orElse(null) instanceof Map<?, ?> map && map.get("name") != null) {
      return String.valueOf(map.get("name"));
    }
    return key.equals(DEFAULT) ? project + "-" + DEFAULT : key;
  }

  private Imported network(String key) {
    Fields network = declared.fields(key);
    String what = "network " + key;
    String name = engineName(key);
    boolean external = isExternal(network);
    if (external) {
      return Imported.nothing(
          what, "it is external: a ContainerNetwork %s must be there".formatted(resourceName(key)));
    }
    network.passOver("name", "external", "attachable");
    Optional<String> driver = network.text("driver").filter(each -> !each.equals(DEFAULT));
    Optional<Driver> known =
        driver.isEmpty() ? Optional.of(Driver.OVERLAY) : driver.flatMap(Compose::driver);
    if (known.isEmpty()) {
      return Imported.nothing(what, "Weft has no driver '%s'".formatted(driver.orElse("")));
    }
    return Imported.of(
        what,
        network,
        notes -> {
          if (driver.isEmpty()) {
            notes.add("it names no driver: an overlay, as 'docker stack deploy' makes it");
          }
          Networks.tellLabels(network.pairs("labels"), notes);
          network.passOver("enable_ipv4");
          List<Subnet> subnets = subnets(network, notes);
          if (network.isTrue("enable_ipv6")
              && subnets.stream().map(Subnet::cidr).noneMatch(Compose::isIpv6)) {
            notes.add("enable_ipv6 without a subnet of IPv6: add one");
          }
          return Networks.of(
              name,
              new Networks.Wish(known.get(), network.isTrue("internal")),
              subnets,
              network.pairs("driver_opts"),
              notes);
        });
  }

  private static boolean isIpv6(@Nullable String cidr) {
    return cidr != null && cidr.indexOf(':') >= 0;
  }

  private static Optional<Driver> driver(String name) {
    return Driver.of(name).filter(each -> each != Driver.HOST);
  }

  /** {@code external: true}, or the old form {@code external: {name: x}}. */
  private static boolean isExternal(Fields network) {
    Object external = network.any("external").orElse(false);
    return external instanceof Map<?, ?> || "true".equals(String.valueOf(external));
  }

  private static List<Subnet> subnets(Fields network, List<String> notes) {
    Fields ipam = network.fields("ipam");
    ipam.text("driver")
        .filter(each -> !each.equals(DEFAULT))
        .ifPresent(
            each -> notes.add("IPAM driver %s: Weft hands addresses out itself".formatted(each)));
    List<Subnet> subnets = new ArrayList<>();
    for (Fields config : ipam.objects("config")) {
      subnets.add(Networks.subnet(config, "subnet", "ip_range", "aux_addresses"));
    }
    return subnets;
  }

  /** Texts with {@code $}, in which Compose would put the environment's values. */
  static Map<String, String> variables(Map<String, String> pairs) {
    Map<String, String> found = new LinkedHashMap<>();
    pairs.forEach((name, value) -> {
      if (value.replace("$$", "").contains("$")) {
        found.put(name, value);
      }
    });
    return found;
  }
}
