package dev.weft.importer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object out of a document, of which every value must be taken: what nobody took is told by
 * {@link #left}, so that nothing is dropped in silence.
 */
final class Fields {
  private static final int LONGEST = 120;

  private final String path;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Set<String> taken = new LinkedHashSet<>();
  private final List<Fields> inner = new ArrayList<>();

  private Fields(String path, Map<?, ?> values) {
    this.path = path;
    values.forEach((key, value) -> {
      if (value != null) {
        this.values.put(String.valueOf(key), value);
      }
    });
  }

  /** The fields of a document's root; of what is no object, none. */
  static Fields of(@Nullable Object root) {
    return at("", root);
  }

  private static Fields at(String path, @Nullable Object value) {
    return new Fields(path, value instanceof Map<?, ?> map ? map : Map.of());
  }

  Set<String> names() {
    return values.keySet();
  }

  /** A value's text without taking it; empty text if there is none. */
  String peek(String name) {
    return String.valueOf(values.getOrDefault(name, ""));
  }

  /** The value in whatever form it has. */
  Optional<Object> any(String name) {
    taken.add(name);
    return Optional.ofNullable(values.get(name));
  }

  /** A scalar as text; empty for an empty one. */
  Optional<String> text(String name) {
    Object value = values.get(name);
    if (value instanceof Map<?, ?> || value instanceof List<?>) {
      return Optional.empty();
    }
    taken.add(name);
    return Optional.ofNullable(value).map(String::valueOf).filter(each -> !each.isEmpty());
  }

  boolean isTrue(String name) {
    return text(name).filter("true"::equalsIgnoreCase).isPresent();
  }

  /** A number; what is none is left, and so told. */
  Optional<Long> number(String name) {
    Object value = values.get(name);
    if (value == null || !String.valueOf(value).matches("[0-9]{1,18}")) {
      return Optional.empty();
    }
    taken.add(name);
    return Optional.of(Long.valueOf(String.valueOf(value)));
  }

  /** The items of a list; a single scalar is a list of one. */
  List<Object> list(String name) {
    Object value = values.get(name);
    if (value instanceof Map<?, ?>) {
      return List.of();
    }
    taken.add(name);
    if (value instanceof List<?> list) {
      return list.stream().filter(each -> each != null).map(each -> (Object) each).toList();
    }
    return value == null ? List.of() : List.of(value);
  }

  List<String> texts(String name) {
    return list(name).stream().map(String::valueOf).toList();
  }

  /** A map of texts, also where it is written as a list of {@code name=value}. */
  Map<String, String> pairs(String name) {
    Map<String, String> pairs = new LinkedHashMap<>();
    if (values.get(name) instanceof Map<?, ?> map) {
      taken.add(name);
      map.forEach((key, value) ->
          pairs.put(String.valueOf(key), value == null ? "" : String.valueOf(value)));
    } else {
      for (String each : texts(name)) {
        int equals = each.indexOf('=');
        pairs.put(
            equals < 0 ? each : each.substring(0, equals),
            equals < 0 ? "" : each.substring(equals + 1));
      }
    }
    return pairs;
  }

  /** The object of this name; without fields if there is none. */
  Fields fields(String name) {
    Object value = values.get(name);
    if (value != null && !(value instanceof Map<?, ?>)) {
      return at(path, null);
    }
    taken.add(name);
    return keep(at(below(name), value));
  }

  /** The objects in a list; a list's other items are told. */
  List<Fields> objects(String name) {
    List<Fields> objects = new ArrayList<>();
    List<Object> items = list(name);
    for (int i = 0; i < items.size(); i++) {
      String where = "%s[%d]".formatted(below(name), i);
      Object item = items.get(i);
      objects.add(
          keep(item instanceof Map<?, ?> ? at(where, item) : at(where, Map.of("value", item))));
    }
    return objects;
  }

  private Fields keep(Fields fields) {
    inner.add(fields);
    return fields;
  }

  /** Passes over what says nothing that a resource could say. */
  Fields passOver(String... names) {
    taken.addAll(List.of(names));
    return this;
  }

  /** Passes over a value that is the source's own default, and over no other. */
  Fields passOverDefault(String name, String value) {
    if (peek(name).equals(value)) {
      taken.add(name);
    }
    return this;
  }

  /** What was not taken and is not empty, a line each. */
  List<String> left() {
    List<String> left = new ArrayList<>();
    values.forEach((name, value) -> {
      if (!taken.contains(name) && !isEmpty(value)) {
        left.add("%s: %s has no equivalent".formatted(below(name), shortened(value)));
      }
    });
    inner.forEach(each -> left.addAll(each.left()));
    return left;
  }

  /** Engines write out what nobody asked for: zeros, falsehoods and empty objects. */
  private static boolean isEmpty(Object value) {
    return switch (value) {
      case Map<?, ?> map -> map.values().stream().allMatch(each -> each == null || isEmpty(each));
      case List<?> list -> list.isEmpty();
      case Boolean flag -> !flag;
      case Number number -> number.doubleValue() == 0;
      default -> String.valueOf(value).isEmpty();
    };
  }

  private String below(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private static String shortened(Object value) {
    String text = String.valueOf(value).replace('\n', ' ');
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }
}
