package dev.weft.e2e.hostile;

import java.util.Locale;

/**
 * One thing that the agent's token of node weft-1 may write as far as RBAC goes. Words that begin
 * with {@code $} stand for what the lab has.
 *
 * @param what what is written
 * @param verb create, update, patch or delete
 * @param resource its plural, with its subresource
 * @param namespace empty for a cluster's
 * @param name of the object
 * @param content the whole object in YAML's flow form but for kind and name, or the merge patch
 * @param guard what stands in its way
 * @param own a pattern of what it may add to other kernels, which is about this node alone; empty:
 *     nothing
 */
record Write(
    String what,
    String verb,
    String resource,
    String namespace,
    String name,
    String content,
    Guard guard,
    String own) {
  enum Guard {
    /** The admission policy refuses it. A server without one is not asked. */
    POLICY,
    /** Whatever lets it through, the other nodes' agents and the operator do nothing by it. */
    PROGRAMS
  }

  static Write refused(String what, String verb, String resource, String name, String content) {
    return new Write(what, verb, resource, "", name, content, Guard.POLICY, "");
  }

  static Write ignored(String what, String verb, String resource, String name, String content) {
    return new Write(what, verb, resource, "", name, content, Guard.PROGRAMS, "");
  }

  Write in(String namespace) {
    return new Write(what, verb, resource, namespace, name, content, guard, own);
  }

  /** About this node alone, which is its to lie about. */
  Write mayAdd(String pattern) {
    return new Write(what, verb, resource, namespace, name, content, guard, pattern);
  }

  /** The same with a word in its place. */
  Write filled(String word, String text) {
    return new Write(
        what,
        verb,
        resource,
        namespace,
        name.replace(word, text),
        content.replace(word, text),
        guard,
        own.replace(word, text));
  }

  String right() {
    return verb + " " + resource;
  }

  String plural() {
    return resource.replaceAll("/.*", "");
  }

  String subresource() {
    return resource.contains("/") ? resource.replaceAll(".*/", "") : "";
  }

  String kind() {
    return switch (plural()) {
      case "networkendpoints" -> "NetworkEndpoint";
      case "hostnetworks" -> "HostNetwork";
      case "meshnodes" -> "MeshNode";
      case "pods" -> "Pod";
      case "events" -> "Event";
      case "leases" -> "Lease";
      default -> throw new IllegalArgumentException(plural());
    };
  }

  String group() {
    return switch (plural()) {
      case "pods", "events" -> "";
      case "leases" -> "coordination.k8s.io";
      default -> "weft.dev";
    };
  }

  String version() {
    return group().equals("weft.dev") ? "v1alpha1" : "v1";
  }

  @Override
  public String toString() {
    return "%s (%s %s, %s)".formatted(what, verb, resource, guard.name().toLowerCase(Locale.ROOT));
  }
}
