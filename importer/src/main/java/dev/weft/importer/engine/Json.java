package dev.weft.importer.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.importer.yaml.SourcePosition;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Kind;
import dev.weft.importer.yaml.Value.Listing;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Meeting;
import dev.weft.importer.yaml.Value.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Converts JSON to values. Empty values, which an engine writes for absent settings, are omitted.
 */
final class Json {
  private Json() {}

  /** The value of an object; empty if the object holds nothing. */
  static Mapping object(String where, JsonNode json) {
    SourcePosition place = new SourcePosition(where, 0, 0);
    return value(place, json) instanceof Mapping map ? map : Mapping.of(place, Map.of());
  }

  private static @Nullable Value value(SourcePosition place, JsonNode json) {
    return switch (json.getNodeType()) {
      case OBJECT -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        json.properties()
            .forEach(each -> {
              Value value = value(place, each.getValue());
              if (value != null || isMeant(each.getKey(), each.getValue())) {
                entries.put(each.getKey(), value == null ? text(place, each.getValue()) : value);
              }
            });
        yield entries.isEmpty() ? null : Mapping.of(place, entries);
      }
      case ARRAY -> {
        List<Value> items = new ArrayList<>();
        json.forEach(each -> {
          Value value = value(place, each);
          if (value != null) {
            items.add(value);
          }
        });
        yield items.isEmpty() ? null : new Listing(place, Meeting.MERGE, items);
      }
      case BOOLEAN -> json.asBoolean() ? scalar(place, Kind.TRUTH, "true") : null;
      case NUMBER -> json.asDouble() == 0 ? null : scalar(place, Kind.NUMBER, json.asText());
      case STRING -> json.asText().isEmpty() ? null : scalar(place, Kind.TEXT, json.asText());
      case NULL, MISSING, BINARY, POJO -> null;
    };
  }

  /**
   * Whether an empty value is significant: an empty text enables encryption, an empty object a
   * mode.
   */
  private static boolean isMeant(String key, JsonNode json) {
    return switch (key) {
      case "encrypted" -> json.isTextual();
      case "Global", "GlobalJob", "ReplicatedJob", "Replicated" -> json.isObject();
      case "EnableIPv4" -> json.isBoolean();
      case "Replicas", "Parallelism" -> json.isNumber();
      default -> false;
    };
  }

  private static Value text(SourcePosition place, JsonNode json) {
    return switch (json.getNodeType()) {
      case OBJECT -> Mapping.of(place, Map.of());
      case BOOLEAN -> scalar(place, Kind.TRUTH, "false");
      case NUMBER -> scalar(place, Kind.NUMBER, "0");
      default -> scalar(place, Kind.TEXT, "");
    };
  }

  private static Scalar scalar(SourcePosition place, Kind kind, String text) {
    return new Scalar(place, Meeting.MERGE, kind, text, text);
  }
}
