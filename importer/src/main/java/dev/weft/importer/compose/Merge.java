package dev.weft.importer.compose;

import dev.weft.importer.ledger.Entry;
import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Broken;
import dev.weft.importer.yaml.Value.Kind;
import dev.weft.importer.yaml.Value.Listing;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Meeting;
import dev.weft.importer.yaml.Value.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Merges a document over an earlier one, or a service over the one it extends, as Compose does
 * (compose-go, override/merge.go and uncity.go). It reports overridden values.
 */
final class Merge {
  /** Objects that may be written as lists of {@code name=value}. */
  private static final Pattern PAIRS =
      Pattern.compile(
          "(services|networks|volumes)\\.[^.]+\\.(environment|labels|annotations|sysctls|build\\.args"
              + "|deploy\\.labels|extra_hosts)");

  /** Objects that may be written as lists of names. */
  private static final Pattern NAMES =
      Pattern.compile("services\\.[^.]+\\.(networks|depends_on|models)");

  private static final Pattern OVERRIDDEN =
      Pattern.compile("services\\.[^.]+\\.(command|entrypoint|healthcheck\\.test)");

  /** Lists in which an item replaces an earlier one with the same target. */
  private static final Pattern TARGETS =
      Pattern.compile("services\\.[^.]+\\.(volumes|devices|configs|secrets)");

  private final Notes notes;

  Merge(Notes notes) {
    this.notes = notes;
  }

  Value lay(Value over, Value under, String path) {
    return switch (over.meeting()) {
      case OVERRIDE, RESET -> {
        reportOverride(under, path, over);
        yield over;
      }
      case MERGE -> merged(over, under, path);
    };
  }

  private Value merged(Value over, Value under, String path) {
    if (over instanceof Scalar scalar && scalar.kind() == Kind.NOTHING) {
      return under;
    }
    if (OVERRIDDEN.matcher(path).matches()) {
      reportOverride(under, path, over);
      return over;
    }
    if (PAIRS.matcher(path).matches() && over.getClass() != under.getClass()) {
      return merged(pairs(over), pairs(under), path);
    }
    if (NAMES.matcher(path).matches() && over.getClass() != under.getClass()) {
      return merged(names(over), names(under), path);
    }
    if (over instanceof Mapping map && under instanceof Mapping base) {
      return mappings(map, base, path);
    }
    if (over instanceof Listing list && under instanceof Listing base) {
      return lists(list, base, path);
    }
    if (under instanceof Listing base && over instanceof Scalar) {
      return lists(new Listing(over.place(), Meeting.MERGE, List.of(over)), base, path);
    }
    reportOverride(under, path, over);
    return over;
  }

  private Mapping mappings(Mapping over, Mapping under, String path) {
    Map<String, Value> merged = new LinkedHashMap<>(under.entries());
    over.entries()
        .forEach((key, value) -> {
          Value base = under.entries().get(key);
          merged.put(
              key,
              base == null ? value : lay(value, base, path.isEmpty() ? key : path + "." + key));
        });
    return Mapping.of(over.place(), merged);
  }

  private Listing lists(Listing over, Listing under, String path) {
    Map<String, Value> merged = new LinkedHashMap<>();
    for (Value each : under.items()) {
      merged.put(key(each, path), each);
    }
    for (Value each : over.items()) {
      Value earlier = merged.put(key(each, path), each);
      if (earlier != null && !earlier.toString().equals(each.toString())) {
        reportOverride(earlier, path, each);
      }
    }
    return new Listing(over.place(), Meeting.MERGE, new ArrayList<>(merged.values()));
  }

  private static String key(Value item, String path) {
    if (TARGETS.matcher(path).matches()) {
      return Mounts.target(item);
    }
    String text = item.toString();
    int equals = text.indexOf('=');
    return PAIRS.matcher(path).matches() && equals > 0 ? text.substring(0, equals) : text;
  }

  private static Value pairs(Value value) {
    if (!(value instanceof Listing list)) {
      return value;
    }
    Map<String, Value> entries = new LinkedHashMap<>();
    for (Value each : list.items()) {
      String text = each instanceof Scalar scalar ? scalar.text() : each.toString();
      int equals = text.indexOf('=');
      entries.put(
          equals < 0 ? text : text.substring(0, equals),
          equals < 0
              ? new Scalar(each.place(), Meeting.MERGE, Kind.NOTHING, "", "")
              : Value.text(each.place(), text.substring(equals + 1)));
    }
    return Mapping.of(value.place(), entries);
  }

  private static Value names(Value value) {
    if (!(value instanceof Listing list)) {
      return value;
    }
    Map<String, Value> entries = new LinkedHashMap<>();
    list.items()
        .forEach(each ->
            entries.put(
                each.toString(), new Scalar(each.place(), Meeting.MERGE, Kind.NOTHING, "", "")));
    return Mapping.of(value.place(), entries);
  }

  private void reportOverride(Value under, String path, Value over) {
    switch (under) {
      case Mapping map when map.entries().isEmpty() -> {}
      case Listing list when list.items().isEmpty() -> {}
      case Scalar scalar when scalar.kind() == Kind.NOTHING -> {}
      case Mapping _, Listing _, Scalar _, Broken _ -> {
        if (!under.toString().equals(over.toString()) || over.meeting() == Meeting.RESET) {
          notes.add(
              new Entry(
                  Fate.NOTED,
                  under.place(),
                  path,
                  under.toString(),
                  "line %d of %s overrides it"
                      .formatted(over.place().line(), over.place().file())));
        }
      }
    }
  }

  /** The document without the values tagged {@code !reset}. */
  static Value settled(Value value) {
    return switch (value) {
      case Mapping map -> {
        Map<String, Value> kept = new LinkedHashMap<>();
        map.entries()
            .forEach((key, each) -> {
              if (each.meeting() != Meeting.RESET) {
                kept.put(key, settled(each));
              }
            });
        yield Mapping.of(map.place(), kept);
      }
      case Listing list ->
          new Listing(
              list.place(),
              Meeting.MERGE,
              list.items().stream()
                  .filter(each -> each.meeting() != Meeting.RESET)
                  .map(Merge::settled)
                  .toList());
      case Scalar _, Broken _ -> value;
    };
  }
}
