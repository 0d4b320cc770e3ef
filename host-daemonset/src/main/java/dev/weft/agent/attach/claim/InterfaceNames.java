package dev.weft.agent.attach.claim;

import java.util.Set;
import java.util.stream.IntStream;

/** Names of interfaces in sandboxes. */
final class InterfaceNames {
  private static final String DEFAULT_PREFIX = "eth";

  private InterfaceNames() {}

  /** The prefix and the first number that is free; {@code eth} for a blank prefix. */
  static String free(String prefix, Set<String> taken) {
    String start = prefix.isBlank() ? DEFAULT_PREFIX : prefix;
    return IntStream.range(0, Integer.MAX_VALUE)
        .mapToObj(number -> start + number)
        .filter(name -> !taken.contains(name))
        .findFirst()
        .orElseThrow();
  }
}
