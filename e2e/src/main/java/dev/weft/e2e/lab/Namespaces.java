package dev.weft.e2e.lab;

import dev.weft.netlink.NetworkNamespace;

/**
 * Creates the namespaces of one lab, and records each before it exists.
 *
 * @param lab its name
 * @param state records them
 */
record Namespaces(String lab, StateDirectory state) {
  /** The name under {@code /run/netns}, for {@code ip netns exec}. */
  String name(String what) {
    return "weft-%s-%s".formatted(lab, what);
  }

  NetworkNamespace create(String what) {
    state.recordNamespace(name(what));
    return NetworkNamespace.create(name(what));
  }
}
