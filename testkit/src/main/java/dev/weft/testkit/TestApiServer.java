package dev.weft.testkit;

import dev.weft.api.Names;
import dev.weft.testkit.control.ControlPlane;
import dev.weft.testkit.control.ControlPlanes;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An API server with Weft's CustomResourceDefinitions and namespace: a kube-apiserver if one is
 * available, else the embedded API server ({@link ControlPlanes}).
 */
public final class TestApiServer implements AutoCloseable {
  private static final Path DEFINITIONS = Path.of("..", "manifests", "crds");

  private static @Nullable TestApiServer shared;

  private final Path folder;
  private final ControlPlane plane;
  private final KubernetesClient client;
  private final Thread atExit = new Thread(this::end);

  private TestApiServer(Path folder, ControlPlane plane) {
    this.folder = folder;
    this.plane = plane;
    this.client = plane.kubeconfig().client();
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * The shared server of this JVM, which ends with it. Each test class removes the objects that it
   * creates.
   */
  public static synchronized TestApiServer shared() throws IOException {
    TestApiServer there = shared;
    if (there == null) {
      there = start();
      shared = there;
    }
    return there;
  }

  /** Starts a server. */
  public static TestApiServer start() throws IOException {
    Path folder = Files.createTempDirectory("weft-apiserver-");
    TestApiServer started =
        new TestApiServer(
            folder, ControlPlanes.start(environment(), folder.resolve("control"), _ -> {}));
    try {
      Definitions.install(started.client, DEFINITIONS);
      started
          .client
          .resource(
              new NamespaceBuilder()
                  .withNewMetadata()
                  .withName(Names.NAMESPACE)
                  .endMetadata()
                  .build())
          .create();
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  /** Excludes the user's cluster: tests remove all objects there, nodes and pods as well. */
  private static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.remove("WEFT_KUBECONFIG");
    return environment;
  }

  /** A client with all rights. */
  public KubernetesClient client() {
    return client;
  }

  /** A kubeconfig with all rights. */
  public String kubeconfig() {
    return plane.kubeconfig().text();
  }

  /** A kubeconfig through another port of the loopback interface. */
  public String kubeconfigAt(int port) {
    return plane.kubeconfig().through(URI.create(addressAt(port))).text();
  }

  /** Its address through another port of the loopback interface. */
  public String addressAt(int port) {
    return "%s://127.0.0.1:%d".formatted(plane.kubeconfig().server().getScheme(), port);
  }

  /** Whether it is a kube-apiserver, with schema validation, admission and access control. */
  public boolean isReal() {
    return plane.isReal();
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    end();
  }

  private void end() {
    client.close();
    plane.close();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(TestApiServer::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
