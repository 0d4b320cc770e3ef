package dev.weft.testkit;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Installs CustomResourceDefinitions on an API server and waits until it serves them. */
public final class Definitions {
  private static final int SECONDS = 30;

  private Definitions() {}

  /** Installs the definitions in the YAML files of a folder. */
  public static void install(KubernetesClient client, Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      install(
          client,
          files
              .filter(each -> each.toString().endsWith(".yaml"))
              .sorted()
              .map(file -> load(client, file))
              .flatMap(Collection::stream)
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<HasMetadata> load(KubernetesClient client, Path file) {
    try (InputStream stream = Files.newInputStream(file)) {
      return client.load(stream).items();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Installs these definitions, and EndpointSlices if the server is older than 1.21 and lacks them.
   */
  public static void install(KubernetesClient client, List<HasMetadata> definitions) {
    apply(client, definitions);
    if (!client.supports(EndpointSlice.class)) {
      try (InputStream slices =
          Objects.requireNonNull(Definitions.class.getResourceAsStream("endpointslices.yaml"))) {
        apply(client, client.load(slices).items());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void apply(KubernetesClient client, List<HasMetadata> definitions) {
    definitions.forEach(each -> client.resource(each).createOr(there -> there.patch()));
    definitions.forEach(each ->
        client
            .resources(CustomResourceDefinition.class)
            .withName(each.getMetadata().getName())
            .waitUntilCondition(Definitions::isEstablished, SECONDS, TimeUnit.SECONDS));
  }

  private static boolean isEstablished(@Nullable CustomResourceDefinition definition) {
    return definition != null
        && definition.getStatus() != null
        && definition.getStatus().getConditions() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(condition ->
                condition.getType().equals("Established") && condition.getStatus().equals("True"));
  }
}
