package dev.weft.importer.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** A value of a document, with its position. */
public sealed interface Value {
  SourcePosition place();

  /** How the value combines with one of the same key in an earlier file. */
  Meeting meeting();

  /**
   * Effect of a value on the one it overrides: Compose's tags {@code !reset} and {@code !override}.
   */
  enum Meeting {
    MERGE,
    RESET,
    OVERRIDE
  }

  /** Type of a scalar in Compose's parser. */
  enum Kind {
    TEXT,
    NUMBER,
    TRUTH,
    NOTHING
  }

  /**
   * A scalar.
   *
   * @param text text as Compose prints it where it expects a text
   * @param written text in the file
   */
  record Scalar(SourcePosition place, Meeting meeting, Kind kind, String text, String written)
      implements Value {
    public Scalar withText(String replacement) {
      return new Scalar(place, meeting, kind, replacement, written);
    }

    @Override
    public String toString() {
      return kind == Kind.TEXT ? text : written;
    }
  }

  /** A scalar that cannot be read; the values around it are not affected. */
  record Broken(SourcePosition place, Meeting meeting, String written, String why)
      implements Value {
    @Override
    public String toString() {
      return written;
    }
  }

  /** A list. */
  record Listing(SourcePosition place, Meeting meeting, List<Value> items) implements Value {
    public Listing {
      items = List.copyOf(items);
    }

    @Override
    public String toString() {
      return items.stream().map(Value::toString).collect(Collectors.joining(", ", "[", "]"));
    }
  }

  /** An object, its keys in the order of the file. */
  record Mapping(SourcePosition place, Meeting meeting, SequencedMap<String, Value> entries)
      implements Value {
    public Mapping {
      entries = new LinkedHashMap<>(entries);
    }

    public static Mapping of(SourcePosition place, Map<String, Value> entries) {
      return new Mapping(place, Meeting.MERGE, new LinkedHashMap<>(entries));
    }

    /** The object with a key set, or replaced at its place. */
    public Mapping with(String key, Value value) {
      SequencedMap<String, Value> changed = new LinkedHashMap<>(entries);
      changed.put(key, value);
      return new Mapping(place, meeting, changed);
    }

    public Mapping without(String key) {
      SequencedMap<String, Value> changed = new LinkedHashMap<>(entries);
      changed.remove(key);
      return new Mapping(place, meeting, changed);
    }

    @Override
    public String toString() {
      return entries.entrySet().stream()
          .map(each -> each.getKey() + ": " + each.getValue())
          .collect(Collectors.joining(", ", "{", "}"));
    }
  }

  static Scalar text(SourcePosition place, String text) {
    return new Scalar(place, Meeting.MERGE, Kind.TEXT, text, text);
  }
}
