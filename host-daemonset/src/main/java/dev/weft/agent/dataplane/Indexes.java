package dev.weft.agent.dataplane;

import dev.weft.netlink.Link;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The node's devices by name and by index, as they were last seen. */
final class Indexes {
  private final Map<String, Integer> byName = new HashMap<>();
  private final Map<Integer, String> byIndex = new HashMap<>();

  Optional<Integer> of(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  Optional<String> nameOf(int index) {
    return Optional.ofNullable(byIndex.get(index));
  }

  void put(Link link) {
    remove(link.name());
    byName.put(link.name(), link.index());
    byIndex.put(link.index(), link.name());
  }

  void remove(String name) {
    Integer index = byName.remove(name);
    if (index != null) {
      byIndex.remove(index);
    }
  }

  void replace(Collection<Link> links) {
    byName.clear();
    byIndex.clear();
    links.forEach(this::put);
  }
}
