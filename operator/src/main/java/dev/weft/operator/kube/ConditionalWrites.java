package dev.weft.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;

/** Deletes objects only in the version that was read. A changed or recreated object stays. */
public final class ConditionalWrites {
  /** Field manager of the operator in server-side apply. */
  public static final String FIELD_MANAGER = "weft-operator";

  private ConditionalWrites() {}

  /**
   * Deletes {@code object} in exactly the version that it has.
   *
   * @return false if the API server has another version; that change triggers the watches
   */
  public static boolean delete(KubernetesClient client, HasMetadata object) {
    try {
      client
          .resource(object)
          .lockResourceVersion(object.getMetadata().getResourceVersion())
          .delete();
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      return false;
    }
  }
}
