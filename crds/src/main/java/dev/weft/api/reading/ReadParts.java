package dev.weft.api.reading;

import dev.weft.api.Attachments;
import dev.weft.api.MultusAliases;
import dev.weft.api.Names;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Fields that Weft reads of the kinds that it watches. Writers decide how large these objects are,
 * so this class limits how much of them a program keeps. The limits apply to lists, watches and
 * single responses; {@link ListSieve} drops the rest of a list as it arrives.
 */
final class ReadParts {
  private static final String[] METADATA = {
    "apiVersion",
    "kind",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.resourceVersion",
    "metadata.generation",
    "metadata.creationTimestamp",
    "metadata.deletionTimestamp",
    "metadata.finalizers[32]<317",
    "metadata.ownerReferences[32].apiVersion<317",
    "metadata.ownerReferences[32].kind<64",
    "metadata.ownerReferences[32].name<254",
    "metadata.ownerReferences[32].uid<128",
    "metadata.ownerReferences[32].controller",
    "metadata.ownerReferences[32].blockOwnerDeletion",
    label(Names.NETWORK_LABEL),
    label(Names.NODE_LABEL),
    label(Names.SERVICE_LABEL),
    label("app.kubernetes.io/managed-by"),
    label("kubernetes.io/service-name"),
    label("endpointslice.kubernetes.io/managed-by"),
    // one more than allowed, so that the parser sees that it is too long
    annotation(Names.NETWORKS_ANNOTATION) + "<" + (Attachments.LONGEST + 1),
    annotation(Names.ROTATE_ANNOTATION) + "<1024",
    annotation(Names.PUBLIC_ADDRESS_ANNOTATION) + "<1024",
    annotation("kubernetes.io/config.mirror") + "<1",
    "metadata.'" + Faults.FIELD + "'"
  };

  private static final Part OURS = kind("spec", "status");

  private static final Part NETWORK =
      kind(
          "spec",
          "status",
          annotation(Names.MULTUS_ALIASES_ANNOTATION) + "<" + (MultusAliases.LONGEST + 1));

  private static final Part POD =
      kind(
          "spec.nodeName",
          "spec.hostNetwork",
          "status.phase",
          "status.conditions[32].type",
          "status.conditions[32].status",
          "status.conditions[32].reason<256",
          "status.conditions[32].message<1024",
          "status.initContainerStatuses[32].state.waiting.reason<256",
          "status.initContainerStatuses[32].state.waiting.message<1024",
          "status.containerStatuses[32].state.waiting.reason<256",
          "status.containerStatuses[32].state.waiting.message<1024");

  private static final Part NODE =
      kind(
          "metadata.labels",
          "spec.podCIDR",
          "spec.podCIDRs[16]",
          "status.addresses[64]",
          "status.conditions[64].type",
          "status.conditions[64].status");

  private static final Part SLICE =
      kind(
          "addressType",
          "ports[128]",
          "endpoints[128].addresses[1]",
          "endpoints[128].conditions",
          "endpoints[128].nodeName",
          "endpoints[128].targetRef.kind",
          "endpoints[128].targetRef.namespace",
          "endpoints[128].targetRef.name",
          "endpoints[128].targetRef.uid");

  private static final Part SERVICE =
      kind(
          "spec.type",
          "spec.clusterIP",
          "spec.publishNotReadyAddresses",
          "spec.selector.'" + Names.SERVICE_LABEL + "'",
          "spec.sessionAffinity",
          "spec.ports[128]");

  private static final Part WORKLOAD =
      kind(
          "spec.replicas",
          "status.observedGeneration",
          "status.replicas",
          "status.updatedReplicas",
          "status.desiredNumberScheduled",
          "status.updatedNumberScheduled",
          "status.currentNumberScheduled");

  private static final Map<String, Part> BY_KIND =
      Map.ofEntries(
          Map.entry("ContainerNetwork", NETWORK),
          Map.entry("HostNetwork", OURS),
          Map.entry("Mesh", OURS),
          Map.entry("MeshNode", OURS),
          Map.entry("NetworkEndpoint", OURS),
          Map.entry("OverlayService", OURS),
          Map.entry("Pod", POD),
          Map.entry("Node", NODE),
          Map.entry("EndpointSlice", SLICE),
          Map.entry("Service", SERVICE),
          Map.entry("Deployment", WORKLOAD),
          Map.entry("DaemonSet", WORKLOAD),
          Map.entry("Lease", kind("spec")));

  private static final Part OTHERS = Part.without("metadata", "managedFields");

  private ReadParts() {}

  static Part of(String kind) {
    return BY_KIND.getOrDefault(kind, OTHERS);
  }

  /** Part of a list response, selected by the last step of the request path. */
  static Part ofList(String plural) {
    return BY_KIND.entrySet().stream()
        .filter(each -> plural(each.getKey()).equals(plural))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(OTHERS)
        .listed();
  }

  private static String plural(String kind) {
    return kind.toLowerCase(Locale.ROOT) + (kind.endsWith("h") ? "es" : "s");
  }

  private static Part kind(String... paths) {
    return Part.of(Stream.concat(Stream.of(METADATA), Stream.of(paths)).toArray(String[]::new));
  }

  private static String label(String key) {
    return "metadata.labels.'" + key + "'";
  }

  private static String annotation(String key) {
    return "metadata.annotations.'" + key + "'";
  }
}
