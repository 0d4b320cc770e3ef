package dev.weft.e2e.manifests;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.OverlayService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/**
 * Reads objects by Kubernetes' types and the project's own, and refuses a field that the type does
 * not have, a value of another kind than its field, and an unknown kind.
 */
final class StrictModels {
  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .setAnnotationIntrospector(new NoPlaceForTheUnknown())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private final KubernetesSerialization serialization = new KubernetesSerialization();

  StrictModels() {
    serialization.registerKubernetesResource(ContainerNetwork.class);
    serialization.registerKubernetesResource(Mesh.class);
    serialization.registerKubernetesResource(OverlayService.class);
  }

  /** The models keep unknown fields, to support newer servers. */
  private static final class NoPlaceForTheUnknown extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public Boolean hasAnySetter(Annotated annotated) {
      return false;
    }

    @Override
    public JsonIgnoreProperties.Value findPropertyIgnoralByName(
        MapperConfig<?> config, Annotated annotated) {
      return JsonIgnoreProperties.Value.empty();
    }
  }

  /** Reads one object. */
  HasMetadata read(JsonNode object) {
    String version = object.path("apiVersion").asText();
    String kind = object.path("kind").asText();
    Class<? extends KubernetesResource> type =
        serialization.getRegisteredKubernetesResource(version, kind);
    if (type == null) {
      throw new AssertionError("no type is known of %s %s".formatted(version, kind));
    }
    try {
      return (HasMetadata) STRICT.treeToValue(object, type);
    } catch (JsonProcessingException e) {
      throw new AssertionError(
          "%s %s: %s".formatted(kind, object.at("/metadata/name").asText(), e.getOriginalMessage()),
          e);
    }
  }
}
