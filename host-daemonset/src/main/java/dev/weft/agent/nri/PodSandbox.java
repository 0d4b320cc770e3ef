package dev.weft.agent.nri;

import dev.weft.api.Names;

/**
 * A pod's sandbox as a runtime reports it.
 *
 * @param id the runtime's
 * @param name of its pod
 * @param uid of its pod
 * @param namespace of its pod
 * @param networks text of the pod's attach annotation when the sandbox was made; empty without one
 * @param multus text of the pod's annotation for Multus; empty without one
 * @param netns file of its network namespace, in the runtime's mount namespace; empty if it has
 *     none of its own, or has ended
 * @param pid id of its first process, as the runtime sees it; 0 if there is none
 */
record PodSandbox(
    String id,
    String name,
    String uid,
    String namespace,
    String networks,
    String multus,
    String netns,
    long pid) {
  private static final int LINUX_NAMESPACES = 5;

  /** Whether its pod may request networks of Weft. */
  boolean asksForNetworks() {
    return !networks.isBlank() || !multus.isBlank();
  }

  /** Reads a {@code PodSandbox}. */
  static PodSandbox read(FieldReader fields) throws MalformedMessage {
    String id = "";
    String name = "";
    String uid = "";
    String namespace = "";
    String networks = "";
    String multus = "";
    String netns = "";
    long pid = 0;
    while (fields.next()) {
      switch (fields.number()) {
        case 1 -> id = fields.text();
        case 2 -> name = fields.text();
        case 3 -> uid = fields.text();
        case 4 -> namespace = fields.text();
        case 6 -> {
          Annotation annotation = annotation(fields.message());
          switch (annotation.key) {
            case Names.NETWORKS_ANNOTATION -> networks = annotation.value;
            case Names.MULTUS_ANNOTATION -> multus = annotation.value;
            default -> {}
          }
        }
        case 8 -> netns = netns(fields.message(), netns);
        case 9 -> pid = fields.scalar();
        default -> {}
      }
    }
    return new PodSandbox(id, name, uid, namespace, networks, multus, netns, pid);
  }

  private record Annotation(String key, String value) {}

  private static Annotation annotation(FieldReader entry) throws MalformedMessage {
    String key = "";
    String value = "";
    while (entry.next()) {
      switch (entry.number()) {
        case 1 -> key = entry.text();
        case 2 -> value = entry.text();
        default -> {}
      }
    }
    return new Annotation(key, value);
  }

  private static String netns(FieldReader linux, String otherwise) throws MalformedMessage {
    String found = otherwise;
    while (linux.next()) {
      if (linux.number() == LINUX_NAMESPACES) {
        found = network(linux.message(), found);
      }
    }
    return found;
  }

  private static String network(FieldReader namespace, String otherwise) throws MalformedMessage {
    String type = "";
    String path = "";
    while (namespace.next()) {
      switch (namespace.number()) {
        case 1 -> type = namespace.text();
        case 2 -> path = namespace.text();
        default -> {}
      }
    }
    return type.equals("network") ? path : otherwise;
  }
}
