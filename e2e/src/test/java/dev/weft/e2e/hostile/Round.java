package dev.weft.e2e.hostile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes that are tried together: each of another object, and with a MAC address that no other of
 * them makes up.
 */
record Round(List<Write> writes) {
  private static final Pattern MADE_UP = Pattern.compile("02:00:00:00:00:[0-9a-f]{2}");

  /** As few as can be, in the order of the writes. */
  static List<Round> of(List<Write> writes) {
    List<Round> rounds = new ArrayList<>();
    List<Set<String>> met = new ArrayList<>();
    for (Write write : writes) {
      Set<String> touched = touched(write);
      int at = 0;
      while (at < rounds.size() && touched.stream().anyMatch(met.get(at)::contains)) {
        at++;
      }
      if (at == rounds.size()) {
        rounds.add(new Round(new ArrayList<>()));
        met.add(new HashSet<>());
      }
      rounds.get(at).writes.add(write);
      met.get(at).addAll(touched);
    }
    return rounds;
  }

  private static Set<String> touched(Write write) {
    return Stream.concat(
            Stream.of(write.plural() + " " + write.namespace() + "/" + write.name()),
            MADE_UP.matcher(write.content()).results().map(each -> each.group()))
        .collect(Collectors.toSet());
  }

  @Override
  public String toString() {
    return writes.stream().map(Write::what).collect(Collectors.joining("; "));
  }
}
