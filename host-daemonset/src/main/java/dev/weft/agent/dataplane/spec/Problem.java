package dev.weft.agent.dataplane.spec;

/**
 * Something that keeps the kernel from being as desired.
 *
 * @param cure what can mend it
 * @param endpoint id of the endpoint concerned, or what is elsewhere ({@link #isOfPeer}), or that
 *     it is the node's ({@link #ofNode}); empty if it keeps the network as a whole from being made
 * @param subject the field or device it is about, such as {@code spec.macvlan.parent}
 * @param problem what was asked and what stands in the way
 * @param remedy what to change
 */
public record Problem(Cure cure, String endpoint, String subject, String problem, String remedy) {
  private static final String PEER = "peer ";

  /** No endpoint has a blank in its id. */
  private static final String NODE = "this node";

  /** What a problem waits for. */
  public enum Cure {
    /** A user must change something. */
    USER,
    /** Another attempt may succeed. */
    RETRY
  }

  public static Problem user(String subject, String problem, String remedy) {
    return new Problem(Cure.USER, "", subject, problem, remedy);
  }

  public static Problem retry(String subject, String problem, String remedy) {
    return new Problem(Cure.RETRY, "", subject, problem, remedy);
  }

  /** A pass over the node threw. */
  public static Problem ofPass(RuntimeException why) {
    return retry(
        "the node",
        "the agent's last pass over it failed: "
            + (why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage()),
        "see the agent's log, which says where, and report it; the agent tries again");
  }

  public Problem ofEndpoint(String id) {
    return new Problem(cure, id, subject, problem, remedy);
  }

  /** The network stands on this node, and works with less than was asked for. */
  public Problem ofNode() {
    return ofEndpoint(NODE);
  }

  /** Whether it is {@link #ofNode}. */
  public boolean isOfNode() {
    return endpoint.equals(NODE);
  }

  public Problem ofPeer(String peer) {
    return ofEndpoint(PEER + peer);
  }

  /** Whether it is about an endpoint or node elsewhere: nothing of this node is kept from it. */
  public boolean isOfPeer() {
    return endpoint.startsWith(PEER);
  }

  /** All in one line, for a condition or an event. */
  @Override
  public String toString() {
    return subject + ": " + problem + "; " + remedy;
  }
}
