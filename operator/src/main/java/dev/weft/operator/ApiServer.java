package dev.weft.operator;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the operator needs of the API server before it can start. */
final class ApiServer {
  private static final Logger log = LoggerFactory.getLogger(ApiServer.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
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

  /** Returns when the API server answers, whatever it says. */
  void awaitAnswer() throws InterruptedException {
    boolean told = false;
    while (true) {
      try {
        client.getKubernetesVersion();
        return;
      } catch (KubernetesClientException e) {
        if (e.getCode() != 0) {
          return;
        }
        if (!told) {
          log.atWarn()
              .addKeyValue("server", client.getMasterUrl())
              .log("waiting for the API server: {}", e.getMessage());
          told = true;
        }
        Thread.sleep(PAUSE);
      }
    }
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
