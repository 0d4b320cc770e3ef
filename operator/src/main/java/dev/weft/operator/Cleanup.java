package dev.weft.operator;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Deletes every object of Weft. It first deletes the users' objects, so that operator and agents
 * take the networks down. Then it removes the finalizers of all objects that remain. A live agent
 * takes a network down even if its HostNetwork just vanishes.
 */
final class Cleanup {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final List<Class<? extends HasMetadata>> WANTED =
      List.of(OverlayService.class, ContainerNetwork.class);
  private static final List<Class<? extends HasMetadata>> HELD =
      List.of(
          OverlayService.class, ContainerNetwork.class, HostNetwork.class, NetworkEndpoint.class);
  private static final List<Class<? extends HasMetadata>> EVERYTHING =
      List.of(
          OverlayService.class,
          ContainerNetwork.class,
          NetworkEndpoint.class,
          HostNetwork.class,
          Mesh.class);

  private final KubernetesClient client;
  private final Consumer<String> out;

  /**
   * Creates a cleanup of the cluster that {@code client} reaches; it reports to {@code out} line by
   * line.
   */
  Cleanup(KubernetesClient client, Consumer<String> out) {
    this.client = client;
    this.out = out;
  }

  /**
   * Deletes everything.
   *
   * @param patience time that operator and agents have
   * @param force whether to remove the finalizers of what remains after that time
   * @return whether no object is left
   */
  boolean run(Duration patience, boolean force) throws InterruptedException {
    WANTED.forEach(this::delete);
    long end = System.nanoTime() + patience.toNanos();
    while (all(HELD).findAny().isPresent() && System.nanoTime() < end) {
      Thread.sleep(PAUSE);
    }
    if (!force) {
      all(HELD).forEach(each -> out.accept("still there: " + name(each)));
      if (all(HELD).findAny().isPresent()) {
        return false;
      }
    }
    EVERYTHING.forEach(this::delete);
    all(EVERYTHING).forEach(this::letGo);
    delete(MeshNode.class);
    list(MeshNode.class)
        .forEach(each ->
            out.accept(name(each) + " exists again, because its agent runs; it blocks nothing"));
    List<String> left = all(EVERYTHING).map(Cleanup::name).toList();
    left.forEach(each -> out.accept("still there: " + each));
    if (left.isEmpty()) {
      out.accept("nothing of Weft is left in the API that blocks a deletion");
    }
    return left.isEmpty();
  }

  private void delete(Class<? extends HasMetadata> kind) {
    all(List.of(kind))
        .filter(each -> !each.isMarkedForDeletion())
        .forEach(each -> {
          client.resource(each).delete();
          out.accept("deleted " + name(each));
        });
  }

  private void letGo(HasMetadata held) {
    try {
      client
          .resource(held)
          .edit(each -> {
            each.getMetadata().setFinalizers(List.of());
            return each;
          });
      out.accept("released by force: " + name(held) + after(held));
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  private static String after(HasMetadata held) {
    return held instanceof HostNetwork hostNetwork && hostNetwork.getSpec() != null
        ? "; see that weft-agent clean has run on node " + hostNetwork.getSpec().node()
        : "";
  }

  private Stream<HasMetadata> all(List<Class<? extends HasMetadata>> kinds) {
    return kinds.stream().flatMap(this::list);
  }

  /** Objects of a kind; none if the kind is not installed. */
  private Stream<HasMetadata> list(Class<? extends HasMetadata> kind) {
    try {
      return client.resources(kind).inAnyNamespace().list().getItems().stream()
          .map(each -> (HasMetadata) each);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return Stream.empty();
      }
      throw e;
    }
  }

  private static String name(HasMetadata object) {
    return object.getKind() + " " + object.getMetadata().getName();
  }
}
