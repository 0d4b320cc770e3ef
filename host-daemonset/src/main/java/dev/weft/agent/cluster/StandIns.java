package dev.weft.agent.cluster;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.MultusAliases;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Networks that stand for definitions of Multus. */
final class StandIns {
  private final Map<String, Set<String>> networks = new ConcurrentHashMap<>();

  /** A network appeared, changed or went. */
  void changed(@Nullable ContainerNetwork before, @Nullable ContainerNetwork after) {
    Set<String> now = MultusAliases.of(after);
    for (String each : MultusAliases.of(before)) {
      if (before != null && !now.contains(each)) {
        networks.computeIfPresent(
            each, (_, names) -> names.size() == 1 ? null : without(names, nameOf(before)));
      }
    }
    for (String each : now) {
      if (after != null) {
        networks.merge(each, Set.of(nameOf(after)), StandIns::both);
      }
    }
  }

  private static String nameOf(ContainerNetwork network) {
    return network.getMetadata().getName();
  }

  private static Set<String> without(Set<String> names, String name) {
    Set<String> left = new TreeSet<>(names);
    left.remove(name);
    return Set.copyOf(left);
  }

  private static Set<String> both(Set<String> names, Set<String> more) {
    Set<String> all = new TreeSet<>(names);
    all.addAll(more);
    return Set.copyOf(all);
  }

  boolean isEmpty() {
    return networks.isEmpty();
  }

  /** Names of the networks that stand for a definition. */
  Set<String> of(String definition) {
    return networks.getOrDefault(definition, Set.of());
  }
}
