package dev.weft.importer.compose;

import dev.weft.api.Cidr;
import dev.weft.api.Driver;
import dev.weft.api.IpAddress;
import dev.weft.api.Subnet;
import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.translate.NetworkResource;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network of a Compose file.
 *
 * @param use how services use the network
 */
record ComposeNetwork(Use use, Imported imported) {
  /** How services use a network. */
  sealed interface Use {}

  /**
   * A ContainerNetwork, created by this import or elsewhere.
   *
   * @param blocks subnets as texts; null: the source does not show them
   */
  record Joined(String name, boolean overlay, @Nullable List<String> blocks) implements Use {
    /** Whether it can assign a chosen address. */
    boolean holds(IpAddress address) {
      try {
        return blocks == null
            || blocks.stream().anyMatch(each -> Cidr.parse(each).contains(address));
      } catch (IllegalArgumentException e) {
        // an invalid block leaves the whole network out
        return true;
      }
    }
  }

  /** The node's own stack. */
  record OnHost() implements Use {}

  /** A network that no pod can join. */
  record Nowhere(String why) implements Use {}

  /** A network's name in the engine, and the name of its resource. */
  record Named(String engine, String resource) {}

  /** Name that Compose gives a network in the engine. */
  static String engineName(String project, String key, @Nullable Value declared) {
    if (declared instanceof Mapping map) {
      if (map.entries().get("name") instanceof Scalar name && !name.text().isEmpty()) {
        return name.text();
      }
      if (map.entries().get("external") instanceof Mapping external) {
        return external.entries().get("name") instanceof Scalar name ? name.text() : key;
      }
      if (map.entries().containsKey("external")
          && new Cursor("", map.entries().get("external"), new Notes()).isTrue()) {
        return key;
      }
    }
    return project + "_" + key;
  }

  static ComposeNetwork read(String key, Named named, Cursor network, Notes notes) {
    String what = "network " + key;
    if (isExternal(network)) {
      return external(what, named, network, notes);
    }
    if (!network.isObject()) {
      network.entries();
    }
    network.get("external").noted("it is made here");
    if (!named.resource.equals(named.engine)) {
      notes.say("%s in Docker is %s here".formatted(named.engine, named.resource));
    }
    network.get("name").noted("the resource is called " + named.resource);
    network.get("attachable").noted("pods of every namespace may attach; see allowedNamespaces");
    Optional<String> asked = network.get("driver").filled().filter(each -> !each.equals("default"));
    if (asked.filter("host"::equals).isPresent()) {
      network.rest(_ -> "the node's own stack has no such setting");
      return new ComposeNetwork(
          new OnHost(), new Imported(what, List.of(), notes, "its services get hostNetwork: true"));
    }
    Optional<Driver> known =
        asked.isEmpty() ? Optional.of(Driver.OVERLAY) : asked.flatMap(ComposeProject::driver);
    if (known.isEmpty()) {
      String why = "Weft has no driver '%s'".formatted(asked.orElse(""));
      network.get("driver").dropped(why);
      network.rest(_ -> why);
      return new ComposeNetwork(new Nowhere(why), new Imported(what, List.of(), notes, why));
    }
    if (asked.isEmpty()) {
      notes.say(
          "it names no driver: an overlay, as 'docker stack deploy' makes it; Compose makes a"
              + " bridge");
    }
    if (known.get() == Driver.BRIDGE) {
      notes.say("one bridge a node: pods on two nodes do not reach each other on it");
    }
    Imported imported = resource(what, named, known.get(), network, notes);
    if (imported.leftOut() != null) {
      notes.add(Fate.DROPPED, network.place(), network.path(), imported.leftOut());
    }
    // also for a network that is left out: its services then wait for it, and never run without it
    Use use =
        new Joined(named.resource, known.get() == Driver.OVERLAY, NetworkResource.blocks(imported));
    return new ComposeNetwork(use, imported);
  }

  private static Imported resource(
      String what, Named named, Driver driver, Cursor network, Notes notes) {
    List<Subnet> subnets = subnets(network);
    Boolean ipv4 = network.get("enable_ipv4").truth().orElse(null);
    boolean ipv6 = network.get("enable_ipv6").isTrue();
    NetworkResource.Wish wish =
        new NetworkResource.Wish(
            named.resource,
            driver,
            NetworkResource.isInternal(network.get("internal")),
            new NetworkResource.Families(ipv4, ipv6));
    network.get("labels").pairs().values().stream()
        .map(Cursor.Pair::at)
        .forEach(each -> each.dropped("Docker's labels select nothing in Kubernetes"));
    network
        .entries()
        .forEach((key, each) -> {
          if (key.startsWith("x-")) {
            each.noted("Compose does not read it");
          }
        });
    Cursor options = network.get("driver_opts");
    Imported imported = NetworkResource.of(what, wish, subnets, options, notes);
    network.rest(_ -> "a ContainerNetwork has no such field");
    return imported;
  }

  private static ComposeNetwork external(String what, Named named, Cursor network, Notes notes) {
    network.get("external").take();
    network.get("external").get("name").take();
    network.get("name").take();
    Use use =
        switch (named.engine) {
          case "host" -> new OnHost();
          case "none" -> new Nowhere("a pod always has the cluster's own network");
          case "bridge" ->
              new Nowhere("the engine's default bridge is the pod's own network in a cluster");
          default -> new Joined(named.resource, network.get("driver").is("overlay"), null);
        };
    String why =
        switch (use) {
          case OnHost _ -> "its services get hostNetwork: true";
          case Nowhere nowhere -> nowhere.why;
          case Joined joined ->
              "it is external (%s): a ContainerNetwork %s must be there%s"
                  .formatted(
                      named.engine,
                      joined.name,
                      joined.overlay
                          ? ""
                          : "; if that is an overlay, write driver: overlay beside external, and"
                              + " its services become OverlayServices");
        };
    if (network.get("driver").is("overlay")) {
      network.get("driver").noted("its services become OverlayServices");
    }
    network.rest(_ -> "the network is made elsewhere");
    return new ComposeNetwork(use, new Imported(what, List.of(), notes, why));
  }

  /** {@code external: true}, or the old form {@code external: {name: x}}. */
  private static boolean isExternal(Cursor network) {
    Cursor external = network.get("external");
    return external.isObject() || external.isTrue();
  }

  private static List<Subnet> subnets(Cursor network) {
    Cursor ipam = network.get("ipam");
    ipam.get("driver")
        .filled()
        .ifPresent(each -> {
          if (each.equals("default")) {
            ipam.get("driver").noted("Weft hands addresses out itself");
          } else {
            ipam.get("driver").changed("Weft hands addresses out itself");
          }
        });
    List<Subnet> subnets = new ArrayList<>();
    for (Cursor config : ipam.get("config").items()) {
      if (config.get("subnet").isPresent()) {
        subnets.add(
            NetworkResource.subnet(
                config.get("subnet"),
                config.get("gateway"),
                config.get("ip_range"),
                config.get("aux_addresses")));
      } else {
        config.rest(_ -> "it needs a subnet beside it");
      }
    }
    return subnets;
  }
}
