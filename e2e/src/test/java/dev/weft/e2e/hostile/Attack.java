package dev.weft.e2e.hostile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One thing that a pod does in namespaces of its own.
 *
 * @param name what it does, as a sentence without its subject
 * @param step does it, or begins it where it goes on until the attacker is closed
 * @param restarts whether its node's agent starts anew beside it, and so looks at everything
 * @param limit a network whose pods it does harm, as docs/security.md says; empty: none
 * @param lone whether it takes so much of the machine that it is made alone
 */
record Attack(String name, Step step, boolean restarts, String limit, boolean lone) {
  Attack(String name, Step step) {
    this(name, step, false, "", false);
  }

  interface Step {
    void by(Attacker attacker);
  }

  /** A script for the pod's network namespace. */
  static Attack script(String name, String script) {
    return new Attack(name, attacker -> attacker.run(script));
  }

  /** Lines for {@code ip}, over and over. */
  static Attack loop(String name, String... lines) {
    return new Attack(name, attacker -> attacker.forever(lines));
  }

  static List<Attack> all() {
    return groups().values().stream().flatMap(List::stream).toList();
  }

  /** Those that may be made at once, together. */
  static Map<String, List<Attack>> together() {
    Map<String, List<Attack>> groups = groups();
    groups.replaceAll((_, attacks) -> attacks.stream().filter(each -> !each.lone).toList());
    groups.values().removeIf(List::isEmpty);
    return groups;
  }

  /** All of them by what they are about. */
  private static Map<String, List<Attack>> groups() {
    Map<String, List<Attack>> groups = new LinkedHashMap<>();
    Stream.of(
            LinkAttacks.groups(),
            TableAttacks.groups(),
            FrameAttacks.groups(),
            LifeAttacks.groups())
        .forEach(groups::putAll);
    List<Attack> limits = new ArrayList<>();
    groups.replaceAll((_, attacks) -> {
      Map<Boolean, List<Attack>> parted =
          attacks.stream().collect(Collectors.partitioningBy(each -> each.limit().isEmpty()));
      limits.addAll(parted.getOrDefault(false, List.of()));
      return parted.getOrDefault(true, List.of());
    });
    groups.put("limits", limits);
    return groups;
  }

  Attack acrossRestart() {
    return new Attack(name, step, true, limit, lone);
  }

  /** Whether it keeps resources after its pod ends, and so continues. */
  boolean holdsOn() {
    return name.startsWith("keeps") || name.startsWith("holds");
  }

  /** Against this network it is a limit of Weft, and stays one: only others are safe from it. */
  Attack harming(String network) {
    return new Attack(name, step, restarts, network, lone);
  }

  /** It takes so much of the machine that no other is made beside it. */
  Attack alone() {
    return new Attack(name, step, restarts, limit, true);
  }

  @Override
  public String toString() {
    return name;
  }
}
