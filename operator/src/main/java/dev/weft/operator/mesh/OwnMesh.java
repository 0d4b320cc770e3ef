package dev.weft.operator.mesh;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshSpec;
import dev.weft.api.MeshSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.OverlayOptions;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Mesh that the operator creates for encrypted networks if the user has none, because its
 * status holds the key rotation. Its spec is empty, and belongs to the user as soon as the user
 * writes it.
 */
public final class OwnMesh {
  private static final Logger log = LoggerFactory.getLogger(OwnMesh.class);
  private static final Map<String, String> MARK =
      Map.of("app.kubernetes.io/managed-by", "weft-operator");
  private static final MeshSpec NOTHING = MeshSpecBuilder.builder().build();

  private final KubernetesClient client;

  public OwnMesh(KubernetesClient client) {
    this.client = client;
  }

  /** Whether the nodes of {@code network} need keys. */
  public static boolean isNeededBy(ContainerNetwork network) {
    OverlayOptions options = network.getSpec() == null ? null : network.getSpec().overlay();
    return MeshStatuses.isOverlay(network)
        && options != null
        && Boolean.TRUE.equals(options.encrypted());
  }

  /** Creates the Mesh, unless one exists. */
  public void make() {
    Mesh mesh = new Mesh();
    mesh.setMetadata(new ObjectMetaBuilder().withName(Names.MESH).withLabels(MARK).build());
    mesh.setSpec(NOTHING);
    try {
      client.resource(mesh).create();
      log.atInfo()
          .addKeyValue("mesh", Names.MESH)
          .log("created the Mesh that keys are published in");
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
  }

  /** Whether the operator created {@code mesh} and nobody has changed its spec. */
  static boolean is(Mesh mesh) {
    Map<String, String> labels = mesh.getMetadata().getLabels();
    return labels != null
        && labels.entrySet().containsAll(MARK.entrySet())
        && (mesh.getSpec() == null || Objects.equals(mesh.getSpec(), NOTHING));
  }

  /** Removes {@code mesh}, unless it was changed meanwhile. */
  void remove(Mesh mesh) {
    client.resource(mesh).lockResourceVersion(mesh.getMetadata().getResourceVersion()).delete();
    log.atInfo().addKeyValue("mesh", Names.MESH).log("removed the mesh: no network is encrypted");
  }
}
