package dev.weft.operator;

import dev.weft.api.Causes;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Deletes every object of Weft. It first deletes the users' objects, so that operator and agents
 * take the networks down. Then it removes the finalizers of all objects that remain. A live agent
 * takes a network down even if its HostNetwork just vanishes.
 *
 * <p>It looks at the API again until nothing is left: a request that fails, or an object that comes
 * back, only makes it look once more.
 */
final class Cleanup {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** How many objects it names at most when it waits. */
  private static final int NAMED = 10;

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
  private String told = "";

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
   * @param force whether to remove the finalizers of what remains after that time, for as long as
   *     it takes
   * @return whether no object is left
   */
  boolean run(Duration patience, boolean force) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    boolean orderly = true;
    while (orderly && !attempt(this::takeDown)) {
      orderly = System.nanoTime() < end;
      if (orderly) {
        Thread.sleep(PAUSE);
      }
    }
    if (!orderly && !force) {
      return false;
    }
    while (!attempt(this::clear)) {
      Thread.sleep(PAUSE);
    }
    out.accept("nothing of Weft is left in the API that blocks a deletion");
    return true;
  }

  /** One look at the API. */
  private interface Look {
    /** Returns the objects that are left. */
    List<HasMetadata> left();
  }

  /** Looks once; a request that fails counts as something left. */
  private boolean attempt(Look look) {
    try {
      List<HasMetadata> left = look.left();
      if (!left.isEmpty()) {
        tell("still there: " + names(left));
      }
      return left.isEmpty();
    } catch (KubernetesClientException e) {
      tell("the API server is asked again: " + Causes.of(e));
      return false;
    }
  }

  /** Says what it waits for, once a change. */
  private void tell(String line) {
    if (!line.equals(told)) {
      out.accept(line);
      told = line;
    }
  }

  private static String names(List<HasMetadata> objects) {
    String first =
        objects.stream().limit(NAMED).map(Cleanup::held).collect(Collectors.joining(", "));
    return objects.size() > NAMED ? first + ", %d more".formatted(objects.size() - NAMED) : first;
  }

  private static String held(HasMetadata object) {
    List<String> finalizers = object.getMetadata().getFinalizers();
    return finalizers.isEmpty()
        ? name(object)
        : "%s (held by %s)".formatted(name(object), String.join(", ", finalizers));
  }

  private List<HasMetadata> takeDown() {
    all(WANTED).forEach(this::delete);
    return all(HELD).toList();
  }

  private List<HasMetadata> clear() {
    all(EVERYTHING).forEach(this::delete);
    all(EVERYTHING).forEach(this::letGo);
    List<HasMetadata> left = all(EVERYTHING).toList();
    if (left.isEmpty()) {
      list(MeshNode.class).forEach(this::delete);
    }
    return left;
  }

  private void delete(HasMetadata object) {
    if (!object.isMarkedForDeletion() && isDone(object, () -> client.resource(object).delete())) {
      out.accept("deleted " + name(object));
    }
  }

  private void letGo(HasMetadata held) {
    ObjectMeta metadata = held.getMetadata();
    // without a version no other writer conflicts; the UID spares a later object of that name
    String released =
        "{\"metadata\":{\"uid\":\"%s\",\"finalizers\":null}}".formatted(metadata.getUid());
    if (!metadata.getFinalizers().isEmpty()
        && isDone(
            held,
            () -> client.resource(held).patch(PatchContext.of(PatchType.JSON_MERGE), released))) {
      out.accept("released by force: " + name(held) + after(held));
    }
  }

  /** Whether a request succeeded; one that failed does not keep others from being sent. */
  private boolean isDone(HasMetadata object, Runnable request) {
    try {
      request.run();
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        tell("%s is tried again: %s".formatted(name(object), Causes.of(e)));
      }
      return false;
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
