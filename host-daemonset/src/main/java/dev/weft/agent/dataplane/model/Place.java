package dev.weft.agent.dataplane.model;

/**
 * A network namespace.
 *
 * @param sandbox file of the sandbox's namespace, empty for the node's own
 */
public record Place(String sandbox) {
  public static final Place NODE = new Place("");

  public boolean isNode() {
    return sandbox.isEmpty();
  }

  @Override
  public String toString() {
    return isNode() ? "node" : sandbox;
  }
}
