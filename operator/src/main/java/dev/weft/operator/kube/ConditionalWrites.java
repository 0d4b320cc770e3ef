package dev.weft.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;

/** Deletes objects only as they were read: one that changed, or took their place, stays. */
public final class ConditionalWrites {
  /** Who the operator is to server-side apply. */
  public static final String FIELD_MANAGER = "weft-operator";

  private ConditionalWrites() {}

  /**
   * Deletes an object of the version that {@code object} has.
   *
   * @return false if the API server has another; its change wakes the watchers
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
