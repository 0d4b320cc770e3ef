package dev.weft.e2e.hostile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One attack that a pod makes from its own namespaces.
 *
 * @param name description of the attack, without a subject
 * @param step makes the attack, or starts one that lasts until the attacker is closed
 * @param restarts whether the node's agent restarts during the attack, so that it reads everything
 * @param limit network whose pods it may harm, a limit in docs/security.md; empty: none
 * @param lone whether it uses so much of the machine that no other attack runs at the same time
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

  /** Runs these lines of {@code ip} in a loop. */
  static Attack loop(String name, String... lines) {
    return new Attack(name, attacker -> attacker.forever(lines));
  }

  static List<Attack> all() {
    return groups().values().stream().flatMap(List::stream).toList();
  }

  /** The attacks that may run at the same time. */
  static Map<String, List<Attack>> together() {
    Map<String, List<Attack>> groups = groups();
    groups.replaceAll((_, attacks) -> attacks.stream().filter(each -> !each.lone).toList());
    groups.values().removeIf(List::isEmpty);
    return groups;
  }

  /** All attacks, by subject. */
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

  /** Declares harm to this network a documented limit; other networks must stay unharmed. */
  Attack harming(String network) {
    return new Attack(name, step, restarts, network, lone);
  }

  /** Makes the attack run alone, because it uses much of the machine. */
  Attack alone() {
    return new Attack(name, step, restarts, limit, true);
  }

  @Override
  public String toString() {
    return name;
  }
}
