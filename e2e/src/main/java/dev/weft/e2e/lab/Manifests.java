package dev.weft.e2e.lab;

import dev.weft.testkit.Definitions;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Applies YAML files to an API server.
 *
 * @param real whether it is a real API server, which enforces access rights
 */
record Manifests(KubernetesClient client, boolean real) {
  /**
   * Applies {@code install.yaml} of a folder without its workloads: the lab runs operator and
   * agents itself, with the rights that the file grants.
   */
  void install(Path folder) {
    Map<Boolean, List<HasMetadata>> loaded =
        read(folder.resolve("install.yaml")).stream()
            .filter(this::isForLab)
            .collect(
                Collectors.partitioningBy(
                    each -> each.getKind().equals("CustomResourceDefinition")));
    Definitions.install(client, loaded.getOrDefault(true, List.of()));
    loaded
        .getOrDefault(false, List.of())
        .forEach(each -> client.resource(each).createOr(there -> there.patch()));
  }

  /** Applies all documents of a YAML file, or of the YAML files of a folder in their order. */
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
}
