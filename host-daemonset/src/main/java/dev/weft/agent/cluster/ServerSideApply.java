package dev.weft.agent.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;

/** Server-side apply with this agent's settings. */
public final class ServerSideApply {
  /** The agent's name as a field manager. */
  public static final String MANAGER = "weft-agent";

  private ServerSideApply() {}

  /** Writes to the object with a given UID; skips one that another has replaced. */
  public static void toSame(Runnable write) {
    try {
      write.run();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
  }

  /** Takes ownership of exactly the sent fields, even from other managers. */
  public static PatchContext forced() {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(MANAGER)
        .withForce(true)
        .build();
  }
}
