package dev.weft.operator;

import dev.weft.api.Causes;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.List;

/** Checks the API server before the operator starts. */
final class ApiServer {
  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          ContainerNetwork.class,
          HostNetwork.class,
          Mesh.class,
          MeshNode.class,
          NetworkEndpoint.class);

  private final KubernetesClient client;

  ApiServer(KubernetesClient client) {
    this.client = client;
  }

  /** Whether a call failed because the API server does not answer. */
  static boolean isSilence(RuntimeException failure) {
    return Causes.root(failure) instanceof IOException;
  }

  /** Names of the CRDs that are not installed. */
  List<String> missingKinds() {
    return KINDS.stream().filter(this::isMissing).map(HasMetadata::getFullResourceName).toList();
  }

  private boolean isMissing(Class<? extends HasMetadata> kind) {
    try {
      client.resources(kind).list(new ListOptionsBuilder().withLimit(1L).build());
      return false;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return true;
      }
      throw e;
    }
  }
}
