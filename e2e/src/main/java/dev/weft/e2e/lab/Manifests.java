package dev.weft.e2e.lab;

import io.fabric8.kubernetes.api.model.APIResourceList;
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

/**
 * Brings YAML files to an API server.
 *
 * @param real whether it is more than the embedded one, and so knows rights
 */
record Manifests(KubernetesClient client, boolean real) {
  /**
   * Applies what {@code install.yaml} of a folder says, but for the workloads: the lab runs
   * operator and agents itself, with the rights that the file grants them.
   */
  void install(Path folder) {
    haveEndpointSlices();
    List<HasMetadata> loaded =
        read(folder.resolve("install.yaml")).stream().filter(this::isForLab).toList();
    loaded.forEach(each -> client.resource(each).createOr(there -> there.patch()));
    loaded.stream()
        .filter(each -> each.getKind().equals("CustomResourceDefinition"))
        .forEach(each ->
            client
                .resources(CustomResourceDefinition.class)
                .withName(each.getMetadata().getName())
                .waitUntilCondition(Manifests::isEstablished, 30, TimeUnit.SECONDS));
  }

  private void haveEndpointSlices() {
    if (client.supports(EndpointSlice.class)) {
      return;
    }
    try (InputStream definition =
        Objects.requireNonNull(Manifests.class.getResourceAsStream("endpointslices.yaml"))) {
      client
          .load(definition)
          .serverSideApply()
          .forEach(each ->
              client
                  .resources(CustomResourceDefinition.class)
                  .withName(each.getMetadata().getName())
                  .waitUntilCondition(Manifests::isEstablished, 30, TimeUnit.SECONDS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Applies every document of a YAML file, or of the YAML files of a folder in their order. */
  List<HasMetadata> apply(Path source) {
    List<HasMetadata> objects = read(source);
    for (HasMetadata object : objects) {
      client.resource(object).createOr(each -> each.patch());
    }
    return objects;
  }

  private boolean isForLab(HasMetadata object) {
    return switch (object.getKind()) {
      case "CustomResourceDefinition", "Namespace" -> true;
      case "Deployment", "DaemonSet" -> false;
      default -> real && isServed(object);
    };
  }

  private boolean isServed(HasMetadata object) {
    APIResourceList served = client.getApiResources(object.getApiVersion());
    return served != null
        && served.getResources().stream().anyMatch(each -> each.getKind().equals(object.getKind()));
  }

  private List<HasMetadata> read(Path source) {
    try (Stream<Path> tree = Files.walk(source)) {
      return tree.filter(file -> file.toString().endsWith(".yaml"))
          .sorted()
          .map(this::readFile)
          .flatMap(Collection::stream)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<HasMetadata> readFile(Path file) {
    try (var stream = Files.newInputStream(file)) {
      return client.load(stream).items();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
