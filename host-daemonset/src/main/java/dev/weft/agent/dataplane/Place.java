package dev.weft.agent.dataplane;

/**
 * A network namespace.
 *
 * @param sandbox file of the sandbox's namespace, empty for the node's own
 */
record Place(String sandbox) {
  static final Place NODE = new Place("");

  boolean isNode() {
    return sandbox.isEmpty();
  }

  @Override
  public String toString() {
    return isNode() ? "node" : sandbox;
  }
}
