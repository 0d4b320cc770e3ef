package dev.weft.operator.service;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.operator.kube.ConditionalWrites;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies children only if they differ from what they should be. An API server rewrites the
 * template of a workload, so a workload is applied again only if it has changed since the last
 * write. Other kinds are compared field by field.
 */
final class Applier {
  private static final Logger log = LoggerFactory.getLogger(Applier.class);

  private final KubernetesClient client;
  private final Map<String, Written> written = new ConcurrentHashMap<>();

  /** The last applied object, and the generation that resulted from it. */
  private record Written(JsonNode asked, String uid, long generation) {}

  Applier(KubernetesClient client) {
    this.client = client;
  }

  /** The object of this kind and name in the API server, with any owner. */
  Optional<HasMetadata> find(HasMetadata wanted) {
    return Optional.ofNullable(client.resource(wanted).get());
  }

  void apply(HasMetadata wanted, Optional<? extends HasMetadata> actual) {
    JsonNode asked = tree(wanted);
    if (actual.isPresent() && isAsAsked(wanted, asked, actual.get())) {
      return;
    }
    HasMetadata result =
        client
            .resource(wanted)
            .fieldManager(Children.FIELD_MANAGER)
            .forceConflicts()
            .serverSideApply();
    written.put(key(wanted), new Written(asked, result.getMetadata().getUid(), generation(result)));
    log(wanted, "applied");
  }

  void delete(HasMetadata unwanted) {
    if (ConditionalWrites.delete(client, unwanted)) {
      written.remove(key(unwanted));
      log(unwanted, "deleted");
    }
  }

  private boolean isAsAsked(HasMetadata wanted, JsonNode asked, HasMetadata actual) {
    if (wanted.getKind().equals("Deployment") || wanted.getKind().equals("DaemonSet")) {
      Written last = written.get(key(wanted));
      return last != null
          && last.asked.equals(asked)
          && last.uid.equals(actual.getMetadata().getUid())
          && last.generation >= generation(actual)
          && says(tree(actual).get("metadata"), asked.get("metadata"));
    }
    return says(tree(actual), asked);
  }

  /**
   * Whether {@code actual} contains everything in {@code asked}; lists must have the same length.
   */
  static boolean says(@Nullable JsonNode actual, JsonNode asked) {
    if (actual == null) {
      return asked.isEmpty() && asked.isContainerNode();
    }
    if (asked.isObject()) {
      return asked.properties().stream()
          .allMatch(each -> says(actual.get(each.getKey()), each.getValue()));
    }
    if (asked.isArray()) {
      if (actual.size() != asked.size()) {
        return false;
      }
      for (int i = 0; i < asked.size(); i++) {
        if (!says(actual.get(i), asked.get(i))) {
          return false;
        }
      }
      return true;
    }
    return Objects.equals(actual, asked);
  }

  private JsonNode tree(HasMetadata object) {
    return client.getKubernetesSerialization().convertValue(object, JsonNode.class);
  }

  private static long generation(HasMetadata object) {
    Long generation = object.getMetadata().getGeneration();
    return generation == null ? 0 : generation;
  }

  private static String key(HasMetadata object) {
    return "%s %s/%s"
        .formatted(
            object.getKind(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  private static void log(HasMetadata object, String what) {
    log.atInfo()
        .addKeyValue("kind", object.getKind())
        .addKeyValue("namespace", object.getMetadata().getNamespace())
        .addKeyValue("name", object.getMetadata().getName())
        .log(what);
  }
}
