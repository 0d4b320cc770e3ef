package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A kind that can be stored.
 *
 * @param group API group, empty for the core
 * @param version version of the group
 * @param plural last part of its collection's path
 * @param kind name in objects
 * @param namespaced whether its objects live in namespaces
 * @param custom whether a CustomResourceDefinition defines it: then only {@code /status} writes its
 *     status, and its generation counts changes of everything else
 * @param names short names and categories, for kubectl
 * @param columns what kubectl prints
 */
record ResourceType(
    String group,
    String version,
    String plural,
    String kind,
    boolean namespaced,
    boolean custom,
    Names names,
    PrinterColumns columns) {
  record Names(List<String> shortNames, List<String> categories) {
    static final Names NONE = new Names(List.of(), List.of());
  }

  static final List<ResourceType> BUILT_IN =
      List.of(
          builtIn("", "v1", "namespaces", "Namespace", false, "ns"),
          builtIn("", "v1", "nodes", "Node", false, "no"),
          builtIn("", "v1", "pods", "Pod", true, "po"),
          builtIn("", "v1", "events", "Event", true, "ev"),
          builtIn("", "v1", "configmaps", "ConfigMap", true, "cm"),
          builtIn("", "v1", "secrets", "Secret", true),
          builtIn("", "v1", "services", "Service", true, "svc"),
          builtIn("", "v1", "serviceaccounts", "ServiceAccount", true, "sa"),
          builtIn("apps", "v1", "deployments", "Deployment", true, "deploy"),
          builtIn("apps", "v1", "daemonsets", "DaemonSet", true, "ds"),
          builtIn("coordination.k8s.io", "v1", "leases", "Lease", true),
          builtIn("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true),
          builtIn("events.k8s.io", "v1", "events", "Event", true, "ev"),
          builtIn("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false),
          builtIn(
              "rbac.authorization.k8s.io",
              "v1",
              "clusterrolebindings",
              "ClusterRoleBinding",
              false),
          builtIn("rbac.authorization.k8s.io", "v1", "roles", "Role", true),
          builtIn("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true),
          builtIn(
              "apiextensions.k8s.io",
              "v1",
              "customresourcedefinitions",
              "CustomResourceDefinition",
              false,
              "crd"));

  private static ResourceType builtIn(
      String group,
      String version,
      String plural,
      String kind,
      boolean namespaced,
      String... shortNames) {
    return new ResourceType(
        group,
        version,
        plural,
        kind,
        namespaced,
        false,
        new Names(List.of(shortNames), List.of()),
        PrinterColumns.NONE);
  }

  /** The kinds of a CustomResourceDefinition, one for each served version. */
  static List<ResourceType> definedBy(JsonNode definition) {
    JsonNode spec = definition.path("spec");
    JsonNode names = spec.path("names");
    List<ResourceType> types = new ArrayList<>();
    for (JsonNode version : spec.path("versions")) {
      types.add(
          new ResourceType(
              spec.path("group").asText(),
              version.path("name").asText(),
              names.path("plural").asText(),
              names.path("kind").asText(),
              spec.path("scope").asText().equals("Namespaced"),
              true,
              new Names(texts(names.path("shortNames")), texts(names.path("categories"))),
              PrinterColumns.of(version)));
    }
    return types;
  }

  String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  String qualifiedPlural() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  /** Its entry in an {@code APIResourceList}. */
  ObjectNode discovery() {
    ObjectNode entry =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", plural)
            .put("singularName", kind.toLowerCase(java.util.Locale.ROOT))
            .put("namespaced", namespaced)
            .put("kind", kind);
    var verbs = entry.putArray("verbs");
    List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
        .forEach(verbs::add);
    names.shortNames().forEach(entry.putArray("shortNames")::add);
    names.categories().forEach(entry.putArray("categories")::add);
    return entry;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return List.copyOf(texts);
  }
}
