package dev.weft.importer.yaml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weft.importer.yaml.Value.Kind;
import dev.weft.importer.yaml.Value.Listing;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Meeting;
import dev.weft.importer.yaml.Value.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON that is the text of another document's value. */
public final class JsonText {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static {
    JSON.getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).build());
  }

  private JsonText() {}

  /**
   * The value of a text; {@code place} is the place of all of it.
   *
   * @throws IllegalArgumentException with a message for the user, if it is not JSON
   */
  public static Value read(SourcePosition place, String text) {
    try {
      return value(place, JSON.readTree(text));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static Value value(SourcePosition place, JsonNode json) {
    return switch (json.getNodeType()) {
      case OBJECT -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        json.properties()
            .forEach(each -> entries.put(each.getKey(), value(place, each.getValue())));
        yield Mapping.of(place, entries);
      }
      case ARRAY -> {
        List<Value> items = new ArrayList<>();
        json.forEach(each -> items.add(value(place, each)));
        yield new Listing(place, Meeting.MERGE, items);
      }
      case BOOLEAN -> scalar(place, Kind.TRUTH, json);
      case NUMBER -> scalar(place, Kind.NUMBER, json);
      case STRING -> scalar(place, Kind.TEXT, json);
      case NULL, MISSING, BINARY, POJO -> scalar(place, Kind.NOTHING, json);
    };
  }

  private static Scalar scalar(SourcePosition place, Kind kind, JsonNode json) {
    return new Scalar(place, Meeting.MERGE, kind, json.asText(), json.asText());
  }
}
