package dev.weft.importer.translate;

import dev.weft.importer.ledger.Cursor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Options of a driver, which Docker passes as texts. */
public final class Options {
  /** Values of Go's strconv.ParseBool, with which Docker reads an option. */
  private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");

  private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

  private final Map<String, Cursor.Pair> left;

  public Options(Cursor options) {
    this.left = new LinkedHashMap<>(options.pairs());
  }

  boolean has(String name) {
    return left.containsKey(name);
  }

  Optional<Cursor> cursor(String name) {
    return Optional.ofNullable(left.remove(name)).map(Cursor.Pair::at);
  }

  Optional<String> text(String name) {
    Cursor.Pair pair = left.remove(name);
    return pair == null
        ? Optional.empty()
        : Optional.ofNullable(pair.text()).filter(each -> !each.isEmpty());
  }

  Optional<Boolean> truth(String name) {
    Cursor.Pair pair = left.remove(name);
    if (pair == null || pair.text() == null) {
      return Optional.empty();
    }
    boolean truth = TRUE.contains(pair.text());
    if (!truth && !FALSE.contains(pair.text())) {
      pair.at().refused("Docker reads true or false here, written as true, 1, t, false, 0 or f");
      return Optional.empty();
    }
    return Optional.of(truth);
  }

  Optional<Integer> number(String name, int least, int most) {
    return cursor(name).flatMap(each -> each.number(least, most));
  }

  void rest() {
    left.values().forEach(each -> each.at().dropped("Weft has no such option"));
  }
}
