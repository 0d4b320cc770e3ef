package dev.weft.importer.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.translate.ResourceNames;
import dev.weft.importer.yaml.SourcePosition;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Mapping;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Imports networks and services of an engine, one object at a time. An unreadable object does not
 * affect the others.
 */
final class EngineReader {
  private EngineReader() {}

  /**
   * Imports networks and services in the order of names.
   *
   * @param networks output of {@code docker network inspect}
   * @param services output of {@code docker service inspect}; empty if the engine manages none
   */
  static List<Imported> read(List<JsonNode> networks, List<JsonNode> services) {
    Comparator<JsonNode> byName = Comparator.comparing(each -> each.path("Name").asText());
    List<JsonNode> sorted = networks.stream().sorted(byName).toList();
    ResourceNames names =
        ResourceNames.networks(sorted.stream().map(each -> each.path("Name").asText()).toList());
    Map<String, Mapping> configurations = new LinkedHashMap<>();
    for (JsonNode each : sorted) {
      if (each.path("ConfigOnly").asBoolean()) {
        configurations.put(each.path("Name").asText(), Json.object("engine", each));
      }
    }
    List<Imported> imported = new ArrayList<>();
    Map<String, EngineNetwork.Use> uses = new LinkedHashMap<>();
    for (JsonNode each : sorted) {
      String name = each.path("Name").asText();
      imported.add(
          one(
              "network " + name,
              () -> {
                Mapping json = configured(Json.object("engine", each), configurations);
                EngineNetwork network = EngineNetwork.read(json, names.of(name));
                uses.put(each.path("Id").asText(), network.use());
                uses.put(name, network.use());
                return network.imported();
              }));
    }
    Comparator<JsonNode> byService =
        Comparator.comparing(each -> each.path("Spec").path("Name").asText());
    ResourceNames serviceNames =
        ResourceNames.services(
            services.stream().map(each -> each.path("Spec").path("Name").asText()).toList());
    services.stream()
        .sorted(byService)
        .forEach(each -> {
          String name = each.path("Spec").path("Name").asText();
          imported.add(
              one(
                  "service " + name,
                  () ->
                      SwarmService.read(Json.object("engine", each), serviceNames.of(name), uses)));
        });
    return imported;
  }

  private static Imported one(String what, Supplier<Imported> read) {
    try {
      return read.get();
    } catch (RuntimeException e) {
      Notes notes = new Notes();
      notes.add(
          Fate.REFUSED,
          new SourcePosition("engine", 0, 0),
          what,
          "it cannot be read: " + e.getMessage());
      return new Imported(what, List.of(), notes, "it cannot be read");
    }
  }

  /** Adds the options and subnets of the network that {@code --config-from} named. */
  private static Mapping configured(Mapping network, Map<String, Mapping> configurations) {
    String from =
        new Cursor("", network, new Notes()).get("ConfigFrom").get("Network").text().orElse("");
    Mapping configuration = configurations.get(from);
    if (configuration == null) {
      return network;
    }
    Mapping whole = network;
    for (String key : List.of("IPAM", "Options", "EnableIPv4", "EnableIPv6", "Internal")) {
      Value said = configuration.entries().get(key);
      Value own = network.entries().get(key);
      if (said instanceof Mapping base && own instanceof Mapping map) {
        Map<String, Value> both = new LinkedHashMap<>(base.entries());
        both.putAll(map.entries());
        whole = whole.with(key, Mapping.of(map.place(), both));
      } else if (own == null && said != null) {
        whole = whole.with(key, said);
      }
    }
    return whole;
  }
}
