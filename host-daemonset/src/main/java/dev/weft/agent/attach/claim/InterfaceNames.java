package dev.weft.agent.attach.claim;

import java.util.Set;
import java.util.stream.IntStream;

/**
 * Interface names available to one attachment of a sandbox.
 *
 * @param taken names that a new interface cannot get
 * @param chosen names of earlier attachments; this one's is added
 */
record InterfaceNames(Set<String> taken, Set<String> chosen) {
  boolean isTaken(String name) {
    return taken.contains(name);
  }

  /** Takes a name; false if an earlier attachment has it. */
  boolean choose(String name) {
    return chosen.add(name);
  }

  /** Takes the prefix with the first free number. */
  String chooseFree(String prefix) {
    return IntStream.range(0, Integer.MAX_VALUE)
        .mapToObj(number -> prefix + number)
        .filter(each -> !taken.contains(each))
        .filter(this::choose)
        .findFirst()
        .orElseThrow();
  }
}
