package dev.weft.agent.dataplane.model;

/**
 * A network namespace.
 *
 * @param sandbox file of the sandbox's namespace; empty for the node's own
 */
public record NamespaceRef(String sandbox) {
  public static final NamespaceRef NODE = new NamespaceRef("");

  public boolean isNode() {
    return sandbox.isEmpty();
  }

  @Override
  public String toString() {
    return isNode() ? "node" : sandbox;
  }
}
