package dev.weft.importer.multus;

import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.translate.ResourceNames;
import dev.weft.importer.yaml.SourcePosition;
import dev.weft.importer.yaml.UnreadableFile;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Imports the definitions of a cluster, and reserves the addresses that its pods hold. */
public final class MultusReader {
  private final UsedAddresses used = new UsedAddresses();
  private final Notes notes = new Notes();
  private final List<Mapping> definitions = new ArrayList<>();

  private MultusReader() {}

  /**
   * Reads files of manifests: definitions, and whereabouts' objects and pods in any order.
   *
   * @throws UnreadableFile if a file is not YAML or JSON, or no definition is in any
   */
  public static List<Imported> files(List<Path> files) throws IOException {
    List<Value> objects = new ArrayList<>();
    for (Path each : files) {
      objects.addAll(YamlReader.read(each.toString(), Files.readAllBytes(each)));
    }
    return read(objects, files.toString());
  }

  /** Reads objects; {@code source} names where they come from. */
  static List<Imported> read(List<Value> objects, String source) {
    MultusReader reader = new MultusReader();
    objects.forEach(reader::add);
    if (reader.definitions.isEmpty()) {
      throw new UnreadableFile(
          "%s: there is no NetworkAttachmentDefinition; give the output of 'kubectl get -A -o yaml"
                  .formatted(source)
              + " net-attach-def'");
    }
    return reader.imported();
  }

  private void add(Value value) {
    Cursor object = new Cursor("", value, notes);
    String kind = object.get("kind").text().orElse("");
    switch (kind) {
      case "NetworkAttachmentDefinition" -> definitions.add((Mapping) value);
      case "IPPool" -> used.pool(object);
      case "OverlappingRangeIPReservation" -> used.reservation(object);
      case "Pod" -> used.pod(object);
      default -> {
        if (kind.endsWith("List")) {
          object.get("items").items().stream()
              .flatMap(each -> each.value().stream())
              .forEach(this::add);
        } else {
          object.get("kind").dropped("only definitions, whereabouts' objects and pods are read");
        }
      }
    }
  }

  private List<Imported> imported() {
    definitions.sort(Comparator.comparing(MultusDefinition::nameOf));
    ResourceNames names =
        ResourceNames.networks(definitions.stream().map(MultusDefinition::nameOf).toList());
    List<Imported> imported = new ArrayList<>();
    for (Mapping each : definitions) {
      imported.add(MultusDefinition.read(each, names.of(MultusDefinition.nameOf(each)), used));
    }
    used.unplaced()
        .forEach((address, holder) ->
            notes.add(
                Fate.DROPPED,
                new SourcePosition("addresses in use", 0, 0),
                address.toString(),
                "%s holds it, and no network has a block with it".formatted(holder)));
    if (!notes.lines().isEmpty()) {
      imported.add(Imported.of("the rest", notes));
    }
    return imported;
  }
}
