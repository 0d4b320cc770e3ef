package dev.weft.e2e.hostile;

import java.util.Locale;

/**
 * A write that RBAC allows with the token of weft-1's agent. Words that begin with {@code $} stand
 * for values of the lab.
 *
 * @param what description of the write
 * @param verb create, update, patch or delete
 * @param resource plural name of the resource, with a subresource if any
 * @param namespace empty for a cluster-scoped resource
 * @param name of the object
 * @param content the object as flow YAML without kind and name, or the merge patch
 * @param guard what makes the write harmless
 * @param own pattern of lines that it may add to other kernels, because they concern only this
 *     node; empty: none
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
    /** The admission policy refuses it; skipped on a server without policies. */
    POLICY,
    /** The API server may accept it, but other agents and the operator ignore it. */
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

  /** Allows lines in other kernels that concern only this node. */
  Write mayAdd(String pattern) {
    return new Write(what, verb, resource, namespace, name, content, guard, pattern);
  }

  /** A copy with a placeholder replaced. */
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
