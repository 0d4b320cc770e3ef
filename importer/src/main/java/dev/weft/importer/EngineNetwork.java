package dev.weft.importer;

import dev.weft.api.Driver;
import dev.weft.api.Subnet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A network as an engine's API describes it: what {@code docker network inspect} prints. */
final class EngineNetwork {
  private static final Set<String> OWN = Set.of("bridge", "host", "none", "docker_gwbridge");

  private EngineNetwork() {}

  static Imported read(Object inspected) {
    Fields network = Fields.of(inspected);
    String name = network.text("Name").orElse("");
    String driver = network.text("Driver").orElse("");
    String what = "network %s of driver %s".formatted(name, driver);
    if (OWN.contains(name)) {
      return Imported.nothing(what, "every engine has it by itself");
    }
    if (network.isTrue("Ingress")) {
      return Imported.nothing(
          what, "it is the Swarm's routing mesh; published ports become Services of Kubernetes");
    }
    if (network.isTrue("ConfigOnly")) {
      return Imported.nothing(what, "it only holds the configuration of others");
    }
    Optional<Driver> known = Driver.of(driver).filter(each -> each != Driver.HOST);
    if (known.isEmpty()) {
      return Imported.nothing(what, "Weft has no driver '%s'".formatted(driver));
    }
    return Imported.of(
        what,
        network,
        notes -> {
          Networks.Wish wish = new Networks.Wish(known.get(), network.isTrue("Internal"));
          List<Subnet> subnets = subnets(network, notes);
          attached(network, notes);
          Networks.tellLabels(network.pairs("Labels"), notes);
          network.passOver(
              "Id", "Created", "Scope", "Attachable", "Peers", "Services", "EnableIPv4", "Status");
          network
              .fields("ConfigFrom")
              .text("Network")
              .ifPresent(from ->
                  notes.add(
                      "its configuration comes from network %s; what of it is shown here is taken"
                          .formatted(from)));
          if (network.isTrue("EnableIPv6") && subnets.stream().noneMatch(EngineNetwork::isIpv6)) {
            notes.add("EnableIPv6 without a subnet of IPv6: add one");
          }
          return Networks.of(name, wish, subnets, network.pairs("Options"), notes);
        });
  }

  private static boolean isIpv6(Subnet subnet) {
    return subnet.cidr() != null && subnet.cidr().indexOf(':') >= 0;
  }

  private static List<Subnet> subnets(Fields network, List<String> notes) {
    Fields ipam = network.fields("IPAM");
    ipam.text("Driver")
        .filter(each -> !each.equals("default"))
        .ifPresent(
            each -> notes.add("IPAM driver %s: Weft hands addresses out itself".formatted(each)));
    ipam.pairs("Options")
        .forEach((option, value) ->
            notes.add("IPAM option %s=%s has no equivalent".formatted(option, value)));
    List<Subnet> subnets = new ArrayList<>();
    for (Fields config : ipam.objects("Config")) {
      subnets.add(Networks.subnet(config, "Subnet", "IPRange", "AuxiliaryAddresses"));
    }
    return subnets;
  }

  private static void attached(Fields network, List<String> notes) {
    if (network.any("Containers").orElse(null) instanceof Map<?, ?> containers) {
      for (Object each : containers.values()) {
        Fields container = Fields.of(each);
        notes.add(
            "container %s is on it with %s; attach it by the label weft.dev/networks"
                .formatted(
                    container.text("Name").orElse("?"),
                    container
                        .text("IPv4Address")
                        .or(() -> container.text("IPv6Address"))
                        .orElse("no address")));
      }
    }
  }
}
