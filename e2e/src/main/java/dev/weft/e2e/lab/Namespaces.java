package dev.weft.e2e.lab;

import dev.weft.netlink.NetworkNamespace;

/**
 * Makes the namespaces of one lab, recorded before they exist.
 *
 * @param lab its name
 * @param state where they are recorded
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
