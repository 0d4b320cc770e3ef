package dev.weft.importer.engine;

import dev.weft.api.Driver;
import dev.weft.api.Subnet;
import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.translate.NetworkResource;
import dev.weft.importer.yaml.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A network as an engine's API describes it: what {@code docker network inspect} prints.
 *
 * @param use how services use the network
 */
record EngineNetwork(Use use, Imported imported) {
  private static final Set<String> OWN = Set.of("bridge", "host", "none", "docker_gwbridge");

  /** How services use a network. */
  sealed interface Use {}

  /** A ContainerNetwork. */
  record Joined(String name, boolean overlay) implements Use {}

  /** The node's own stack. */
  record OnHost() implements Use {}

  /** A network that no pod can join. */
  record Nowhere(String why) implements Use {}

  static EngineNetwork read(Mapping inspected, String resource) {
    Notes notes = new Notes();
    Cursor network = new Cursor("", inspected, notes);
    String name = network.get("Name").text().orElse("");
    String driver = network.get("Driver").text().orElse("");
    String what = "network %s of driver %s".formatted(name, driver);
    if (driver.equals("host")) {
      return nothing(what, new OnHost(), "every engine has it; its services get hostNetwork: true");
    }
    if (OWN.contains(name)) {
      String why = "every engine has it by itself; a pod has the cluster's own network";
      return nothing(what, new Nowhere(why), why);
    }
    if (network.get("Ingress").isTrue()) {
      String why = "it is the Swarm's routing mesh; published ports become Services of Kubernetes";
      return nothing(what, new Nowhere(why), why);
    }
    if (network.get("ConfigOnly").isTrue()) {
      String why = "it only holds the configuration of others";
      return nothing(what, new Nowhere(why), why);
    }
    Optional<Driver> known = Driver.of(driver).filter(each -> each != Driver.HOST);
    if (known.isEmpty()) {
      String why = "Weft has no driver '%s'".formatted(driver);
      own(network);
      network.get("Driver").dropped(why);
      network.rest(_ -> why);
      return new EngineNetwork(new Nowhere(why), new Imported(what, List.of(), notes, why));
    }
    return known(what, known.get(), resource, network);
  }

  private static EngineNetwork nothing(String what, Use use, String why) {
    return new EngineNetwork(use, new Imported(what, List.of(), new Notes(), why));
  }

  private static EngineNetwork known(String what, Driver driver, String resource, Cursor network) {
    Notes notes = network.notes();
    own(network);
    network.get("Name").take();
    if (!network.get("Name").text().orElse("").equals(resource)) {
      notes.say(
          "its name '%s' becomes %s".formatted(network.get("Name").text().orElse(""), resource));
    }
    if (driver == Driver.BRIDGE) {
      notes.say("one bridge a node: pods on two nodes do not reach each other on it");
    }
    Cursor from = network.get("ConfigFrom").get("Network");
    from.noted("its options and subnets are taken from there");
    boolean ipv6 = network.get("EnableIPv6").isTrue();
    Boolean ipv4 = network.get("EnableIPv4").truth().orElse(null);
    List<Subnet> subnets = subnets(network.get("IPAM"));
    attached(network.get("Containers"), notes);
    network.get("Labels").pairs().values().stream()
        .map(Cursor.Pair::at)
        .forEach(each -> each.dropped("Docker's labels select nothing in Kubernetes"));
    NetworkResource.Wish wish =
        new NetworkResource.Wish(
            resource,
            driver,
            NetworkResource.isInternal(network.get("Internal")),
            new NetworkResource.Families(ipv4, ipv6));
    Cursor options = network.get("Options");
    Imported imported = NetworkResource.of(what, wish, subnets, options, notes);
    network.rest(_ -> "a ContainerNetwork has no such field");
    if (imported.leftOut() != null) {
      notes.add(Fate.DROPPED, network.place(), resource, imported.leftOut());
    }
    // also for a network that is left out: its services then wait for it, and never run without it
    Use use = new Joined(resource, driver == Driver.OVERLAY);
    return new EngineNetwork(use, imported);
  }

  /** Skips the fields that the engine generates. */
  private static void own(Cursor network) {
    List.of(
            "Id",
            "Created",
            "Scope",
            "Attachable",
            "Peers",
            "Services",
            "Status",
            "Ingress",
            "ConfigOnly")
        .forEach(each -> network.get(each).take());
  }

  private static List<Subnet> subnets(Cursor ipam) {
    Cursor driver = ipam.get("Driver");
    if (driver.text().filter("default"::equals).isEmpty()) {
      driver.changed("Weft hands addresses out itself");
    }
    ipam.get("Options")
        .pairs()
        .values()
        .forEach(each -> each.at().dropped("Weft hands addresses out itself"));
    List<Subnet> subnets = new ArrayList<>();
    for (Cursor config : ipam.get("Config").items()) {
      if (config.get("Subnet").isPresent()) {
        subnets.add(
            NetworkResource.subnet(
                config.get("Subnet"),
                config.get("Gateway"),
                config.get("IPRange"),
                config.get("AuxiliaryAddresses")));
      }
    }
    return subnets;
  }

  private static void attached(Cursor containers, Notes notes) {
    containers
        .entries()
        .values()
        .forEach(each -> {
          notes.say(
              "container %s is on it with %s; attach it by the label weft.dev/networks"
                  .formatted(
                      each.get("Name").text().orElse("?"),
                      each.get("IPv4Address")
                          .text()
                          .or(() -> each.get("IPv6Address").text())
                          .orElse("no address")));
          each.take();
        });
  }
}
