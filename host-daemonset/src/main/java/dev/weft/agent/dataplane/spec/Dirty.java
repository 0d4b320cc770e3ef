package dev.weft.agent.dataplane.spec;

import java.util.Map;
import java.util.Set;

/** What may differ between the wish and the kernel, and so how much a reconcile must look at. */
public sealed interface Dirty {
  /**
   * Anything: the kernel is read anew, and what carries our mark without being wished is removed.
   */
  Dirty EVERYTHING = new Everything();

  /** Only what encryption shares: keys, states and policies. */
  Dirty KEYS = new Keys();

  /** Only what encryption shares. */
  record Keys() implements Dirty {}

  /** Anything. */
  record Everything() implements Dirty {}

  /**
   * Anything of these networks.
   *
   * @param names names of networks, also of such as are wished no more
   */
  record Networks(Set<String> names) implements Dirty {
    public Networks {
      names = Set.copyOf(names);
    }
  }

  /**
   * Only these endpoints have come, changed or gone; the work grows with their number alone. The
   * kernel is trusted to be as the last reconcile left it.
   *
   * @param keys by network name, the keys in {@link NetworkSpec#local()} and {@link
   *     NetworkSpec#remote()}
   */
  record Endpoints(Map<String, Set<String>> keys) implements Dirty {
    public Endpoints {
      keys = Map.copyOf(keys);
    }
  }
}
