package dev.weft.api.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Creates objects of Kubernetes' own kinds with random odd parts. Only the fields that an API
 * server writes are valid: names, UID and versions.
 */
public final class Foreign {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One complete object of each kind that Weft reads. */
  private static final Map<String, String> WHOLE =
      Map.of(
          "Pod",
          """
          {"apiVersion": "v1", "spec": {"nodeName": "n1", "hostNetwork": false,
           "terminationGracePeriodSeconds": 30, "containers": [{"name": "c", "image": "i",
           "resources": {"limits": {"cpu": "100m"}}, "ports": [{"containerPort": 80}]}]},
           "status": {"phase": "Running", "podIP": "10.0.0.1", "startTime": "2026-01-01T00:00:00Z",
           "conditions": [{"type": "Ready", "status": "True"}, {"type": "PodScheduled",
           "status": "False", "reason": "r", "message": "m"}], "containerStatuses": [{"name": "c",
           "restartCount": 1, "state": {"waiting": {"reason": "r", "message": "m"}}}],
           "initContainerStatuses": [{"name": "i", "state": {"running": {"startedAt": "x"}}}]}}\
          """,
          "Node",
          """
          {"apiVersion": "v1", "spec": {"podCIDRs": ["10.1.0.0/24"], "unschedulable": true},
           "status": {"addresses": [{"type": "InternalIP", "address": "192.0.2.1"}],
           "capacity": {"cpu": "2"}, "conditions": [{"type": "Ready", "status": "True",
           "lastHeartbeatTime": "2026-01-01T00:00:00Z"}]}}\
          """,
          "Lease",
          """
          {"apiVersion": "coordination.k8s.io/v1", "spec": {"holderIdentity": "n1",
           "leaseDurationSeconds": 40, "leaseTransitions": 1,
           "renewTime": "2026-01-01T00:00:00.000000Z"}}\
          """,
          "EndpointSlice",
          """
          {"apiVersion": "discovery.k8s.io/v1", "addressType": "IPv4", "ports": [{"name": "http",
           "port": 80, "protocol": "TCP"}], "endpoints": [{"addresses": ["10.10.0.2"],
           "conditions": {"ready": true, "serving": true, "terminating": false}, "hostname": "h"}]}
          """,
          "Service",
          """
          {"apiVersion": "v1", "spec": {"clusterIP": "None", "ports": [{"name": "http", "port": 80,
           "targetPort": 8080, "nodePort": 30000}], "selector": {"a": "b"}},
           "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.9"}]}}}\
          """,
          "Deployment",
          """
          {"apiVersion": "apps/v1", "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}},
           "strategy": {"rollingUpdate": {"maxSurge": "25%"}}, "template": {"metadata": {"labels":
           {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}},
           "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2,
           "readyReplicas": 1, "conditions": [{"type": "Available", "status": "True"}]}}\
          """);

  private static final List<String> ODD =
      List.of(
          "null",
          "99999999999",
          "-1",
          "1e300",
          "1.5",
          "true",
          "\"\"",
          "\"yesterday\"",
          "\"0000-00-00T99:99:99Z\"",
          "\"64Gigabytes\"",
          "[]",
          "[null]",
          "[[], {}, null, 7]",
          "{}",
          "{\"a\": null}",
          "{\"weft.dev/networks\": {\"a\": []}}");

  private final Random random;

  public Foreign(Random random) {
    this.random = random;
  }

  public static List<String> kinds() {
    return WHOLE.keySet().stream().sorted().toList();
  }

  /** An object of a kind with this name. */
  public ObjectNode object(String kind, String namespace, String name) {
    ObjectNode object = (ObjectNode) read(WHOLE.getOrDefault(kind, "{}"));
    ObjectNode labels = JSON.createObjectNode();
    labels.put("weft.dev/network", "blue").put("weft.dev/service", "shop");
    ObjectNode metadata = JSON.createObjectNode();
    metadata.set("labels", labels);
    metadata.set(
        "annotations",
        JSON.createObjectNode()
            .put("weft.dev/networks", "blue")
            .put("long", "x".repeat(random.nextInt(2) * 200_000)));
    metadata.set(
        "ownerReferences", read("[{\"kind\": \"Node\", \"name\": \"n1\", \"uid\": \"u\"}]"));
    metadata.put("deletionGracePeriodSeconds", 30);
    object.set("metadata", metadata);
    disturb(object);
    ObjectNode kept =
        object.get("metadata") instanceof ObjectNode there ? there : JSON.createObjectNode();
    object.set("metadata", kept);
    kept.put("name", name).put("uid", "uid-" + name).put("resourceVersion", "1");
    kept.put("generation", 1);
    if (!namespace.isEmpty()) {
      kept.put("namespace", namespace);
    }
    object.put("apiVersion", read(WHOLE.getOrDefault(kind, "{}")).path("apiVersion").asText());
    object.put("kind", kind);
    return object;
  }

  private void disturb(JsonNode node) {
    switch (node) {
      case ObjectNode object ->
          object.properties().forEach(each -> each.setValue(disturbed(each.getValue())));
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, disturbed(array.get(i)));
        }
        if (random.nextInt(6) == 0) {
          array.add(odd());
        }
      }
      default -> {}
    }
  }

  private JsonNode disturbed(JsonNode node) {
    if (random.nextInt(8) == 0) {
      return odd();
    }
    disturb(node);
    return node;
  }

  private JsonNode odd() {
    return read(ODD.get(random.nextInt(ODD.size())));
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }
}
