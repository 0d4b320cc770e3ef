package dev.weft.importer.ledger;

import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.yaml.SourcePosition;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Broken;
import dev.weft.importer.yaml.Value.Kind;
import dev.weft.importer.yaml.Value.Listing;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value to read, or its absence. {@link #rest} drops unread values with a reason, so that every
 * leaf is accounted for.
 */
public final class Cursor {
  private static final Set<String> TRUE = Set.of("true", "y", "yes", "on");
  private static final Set<String> FALSE = Set.of("false", "n", "no", "off");

  private final String path;
  private final @Nullable Value value;
  private final Notes notes;
  private final Map<String, Cursor> children = new LinkedHashMap<>();
  private boolean taken;

  public Cursor(String path, @Nullable Value value, Notes notes) {
    this.path = path;
    this.value = value instanceof Scalar scalar && scalar.kind() == Kind.NOTHING ? null : value;
    this.notes = notes;
  }

  public String path() {
    return path;
  }

  /** The notes of its document. */
  public Notes notes() {
    return notes;
  }

  public Optional<Value> value() {
    return Optional.ofNullable(value);
  }

  public boolean isPresent() {
    return value != null;
  }

  public boolean isObject() {
    return value instanceof Mapping;
  }

  public boolean isList() {
    return value instanceof Listing;
  }

  /** The value of a key; absent if this is not an object. */
  public Cursor get(String key) {
    return children.computeIfAbsent(
        key,
        _ ->
            new Cursor(
                path.isEmpty() ? key : path + "." + key,
                value instanceof Mapping map ? map.entries().get(key) : null,
                notes));
  }

  /** The values of an object, including null ones. */
  public Map<String, Cursor> entries() {
    Map<String, Cursor> all = new LinkedHashMap<>();
    if (value instanceof Mapping map) {
      map.entries().keySet().forEach(key -> all.put(key, get(key)));
    } else if (value != null) {
      refused("an object is expected here");
    }
    return all;
  }

  /** The items of a list; a single scalar is a list of one, and an absent value an empty list. */
  public List<Cursor> items() {
    List<Cursor> items = new ArrayList<>();
    switch (value) {
      case null -> {}
      case Listing list -> {
        for (int i = 0; i < list.items().size(); i++) {
          String at = "%s[%d]".formatted(path, i);
          Value item = list.items().get(i);
          items.add(children.computeIfAbsent(at, _ -> new Cursor(at, item, notes)));
        }
      }
      case Scalar _, Broken _ -> items.add(this);
      case Mapping _ -> refused("a list is expected here");
    }
    return items;
  }

  /** A scalar's text, even an empty one. */
  public Optional<String> text() {
    Optional<Scalar> scalar = scalar("a text");
    scalar
        .filter(each -> each.kind() != Kind.TEXT && !each.text().equals(each.written()))
        .ifPresent(each ->
            changed("it is '%s' to Compose; quote it if that is not meant".formatted(each.text())));
    return scalar.map(Scalar::text);
  }

  /** Whether it is this text; this does not count as reading it. */
  public boolean is(String text) {
    return value instanceof Scalar scalar && scalar.text().equals(text);
  }

  /** A scalar's text unless it is empty. */
  public Optional<String> filled() {
    return text().filter(each -> !each.isEmpty());
  }

  public List<String> texts() {
    return items().stream().flatMap(each -> each.text().stream()).toList();
  }

  /** A scalar converted by {@code read}; refused with its message if {@code read} rejects it. */
  public <T> Optional<T> as(Function<String, T> read) {
    Optional<Scalar> scalar = scalar("a text").filter(each -> !each.text().isEmpty());
    try {
      return scalar.map(each -> read.apply(each.text()));
    } catch (IllegalArgumentException e) {
      refused(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** A whole number from {@code least} to {@code most}; another value is refused. */
  public Optional<Integer> number(int least, int most) {
    return as(text -> {
      if (!text.matches("[-+]?[0-9]{1,10}")
          || Long.parseLong(text) < least
          || Long.parseLong(text) > most) {
        throw new IllegalArgumentException(
            "a whole number from %d to %d is expected".formatted(least, most));
      }
      return Integer.valueOf(text);
    });
  }

  /** True or false in the words that Compose accepts; another value is refused. */
  public Optional<Boolean> truth() {
    Optional<Scalar> scalar = scalar("true or false");
    if (scalar.isEmpty()) {
      return Optional.empty();
    }
    String word = scalar.get().text().toLowerCase(Locale.ROOT);
    if (TRUE.contains(word) || FALSE.contains(word)) {
      return Optional.of(TRUE.contains(word));
    }
    refused("true or false is expected");
    return Optional.empty();
  }

  public boolean isTrue() {
    return truth().orElse(false);
  }

  private Optional<Scalar> scalar(String expected) {
    return switch (value) {
      case null -> Optional.empty();
      case Scalar scalar -> {
        taken = true;
        yield Optional.of(scalar);
      }
      case Broken broken -> {
        refused(broken.why());
        yield Optional.empty();
      }
      case Listing _, Mapping _ -> {
        refused(expected + " is expected here");
        yield Optional.empty();
      }
    };
  }

  /**
   * Pairs written as an object or as a list of {@code name=value}; a name without a value has no
   * text.
   */
  public Map<String, Pair> pairs() {
    Map<String, Pair> pairs = new LinkedHashMap<>();
    if (value instanceof Mapping) {
      entries().forEach((key, each) -> pairs.put(key, new Pair(each, each.text().orElse(null))));
    } else {
      for (Cursor each : items()) {
        each.text()
            .ifPresent(text -> {
              int equals = text.indexOf('=');
              pairs.put(
                  equals < 0 ? text : text.substring(0, equals),
                  new Pair(each, equals < 0 ? null : text.substring(equals + 1)));
            });
      }
    }
    return pairs;
  }

  /** A name's value and its cursor. */
  public record Pair(Cursor at, @Nullable String text) {}

  /** Reports that the value needs no field. */
  public void noted(String why) {
    tell(Fate.NOTED, why);
  }

  /** Reports that the resource holds a similar value. */
  public void changed(String why) {
    tell(Fate.CHANGED, why);
  }

  /** Reports that no resource holds the value. */
  public void dropped(String why) {
    tell(Fate.DROPPED, why);
  }

  /** Reports that Docker would not accept the value. */
  public void refused(String why) {
    tell(Fate.REFUSED, why);
  }

  private void tell(Fate fate, String why) {
    if (value != null) {
      notes.add(new Entry(fate, place(), path, value.toString(), why));
    }
    take();
  }

  public SourcePosition place() {
    return value == null ? new SourcePosition("", 0, 0) : value.place();
  }

  /** Marks the value and everything below it as accounted for. */
  public void take() {
    taken = true;
  }

  /** Whether the value or anything below it was read. */
  private boolean isTouched() {
    return taken || children.values().stream().anyMatch(Cursor::isTouched);
  }

  /** Drops all unread values; {@code why} returns the reason for a key. */
  public void rest(Function<String, String> why) {
    rest("", why);
  }

  private void rest(String key, Function<String, String> why) {
    if (taken || value == null) {
      return;
    }
    switch (value) {
      case Broken broken -> refused(broken.why());
      case Scalar _ -> dropped(why.apply(key));
      case Listing list -> {
        if (isTouched() || key.isEmpty()) {
          items().forEach(each -> each.rest(key, why));
        } else if (!list.items().isEmpty()) {
          dropped(why.apply(key));
        }
      }
      case Mapping map -> {
        if (isTouched() || key.isEmpty()) {
          map.entries().keySet().forEach(each -> get(each).rest(each, why));
        } else if (!map.entries().isEmpty()) {
          dropped(why.apply(key));
        }
      }
    }
  }
}
