package dev.weft.agent.dataplane.kernel;

import dev.weft.netlink.rtnl.Link;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The node's devices by name and by index, as last seen. */
public final class DeviceIndexes {
  private final Map<String, Integer> byName = new HashMap<>();
  private final Map<Integer, String> byIndex = new HashMap<>();

  public Optional<Integer> of(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  public Optional<String> nameOf(int index) {
    return Optional.ofNullable(byIndex.get(index));
  }

  public void put(Link link) {
    remove(link.name());
    byName.put(link.name(), link.index());
    byIndex.put(link.index(), link.name());
  }

  public void remove(String name) {
    Integer index = byName.remove(name);
    if (index != null) {
      byIndex.remove(index);
    }
  }

  public void replace(Collection<Link> links) {
    byName.clear();
    byIndex.clear();
    links.forEach(this::put);
  }
}
