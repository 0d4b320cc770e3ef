package dev.weft.api;

/** Derives what a node is to build from what the user wants and what was allocated. */
@SuppressWarnings("DoNotCallSuggester")
public final class HostNetworks {
  private HostNetworks() {}

  /**
   * The instruction to {@code node}: spec, labels, owner and finalizer, all defaults filled in. It
   * follows from the network's spec and status alone, so whoever writes it writes the same.
   *
   * @throws IllegalArgumentException if the network is invalid, or lacks the allocation that its
   *     driver needs
   */
  public static HostNetwork of(ContainerNetwork network, String node) {
    throw new UnsupportedOperationException();
  }
}
