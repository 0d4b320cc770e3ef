package dev.weft.agent.dataplane.spec;

/**
 * A reason why the kernel differs from the desired state.
 *
 * @param cure what can resolve it
 * @param endpoint id of the endpoint concerned, or a marker for a peer ({@link #isOfPeer}) or the
 *     node ({@link #ofNode}); empty if the whole network cannot be built
 * @param subject the field or device concerned, such as {@code spec.macvlan.parent}
 * @param problem what was asked and what stands in the way
 * @param remedy what to change
 */
public record Problem(Cure cure, String endpoint, String subject, String problem, String remedy) {
  private static final String PEER = "peer ";

  /** No endpoint id contains a blank. */
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

  public Problem ofEndpoint(String id) {
    return new Problem(cure, id, subject, problem, remedy);
  }

  /** The network exists on this node, but works with restrictions. */
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

  /** Whether it concerns an endpoint or node elsewhere, which does not impair this node. */
  public boolean isOfPeer() {
    return endpoint.startsWith(PEER);
  }

  /** Everything in one line, for a condition or an event. */
  @Override
  public String toString() {
    return subject + ": " + problem + "; " + remedy;
  }
}
