package dev.weft.importer.multus;

import dev.weft.importer.translate.Imported;
import dev.weft.importer.yaml.UnreadableFile;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.YamlReader;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the objects of a running cluster; it changes nothing. */
public final class MultusCluster {
  private static final long PAGE = 500;

  private static final List<ResourceDefinitionContext> KINDS =
      List.of(
          kind(
              "k8s.cni.cncf.io",
              "v1",
              "NetworkAttachmentDefinition",
              "network-attachment-definitions"),
          kind("whereabouts.cni.cncf.io", "v1alpha1", "IPPool", "ippools"),
          kind(
              "whereabouts.cni.cncf.io",
              "v1alpha1",
              "OverlappingRangeIPReservation",
              "overlappingrangeipreservations"),
          kind("", "v1", "Pod", "pods"));

  private MultusCluster() {}

  /**
   * Reads a cluster.
   *
   * @param kubeconfig null: as kubectl finds it
   * @throws UnreadableFile if the API server refuses, or no definition is there
   */
  public static List<Imported> read(@Nullable Path kubeconfig) {
    Config config =
        kubeconfig == null
            ? Config.autoConfigure(null)
            : new ConfigBuilder(Config.fromKubeconfig(kubeconfig.toFile())).build();
    List<Value> objects = new ArrayList<>();
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      for (ResourceDefinitionContext each : KINDS) {
        list(client, each, objects);
      }
    } catch (KubernetesClientException e) {
      throw new UnreadableFile(
          "the API server at %s does not list what Multus uses: %s"
              .formatted(config.getMasterUrl(), e.getMessage()));
    }
    return MultusReader.read(objects, config.getMasterUrl());
  }

  private static void list(
      KubernetesClient client, ResourceDefinitionContext kind, List<Value> objects) {
    String more = null;
    do {
      GenericKubernetesResourceList page;
      try {
        page =
            client
                .genericKubernetesResources(kind)
                .inAnyNamespace()
                .list(new ListOptionsBuilder().withLimit(PAGE).withContinue(more).build());
      } catch (KubernetesClientException e) {
        if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
          return;
        }
        throw e;
      }
      page.getItems().forEach(each -> objects.addAll(values(kind, each)));
      more = page.getMetadata().getContinue();
    } while (more != null && !more.isEmpty());
  }

  private static List<Value> values(
      ResourceDefinitionContext kind, GenericKubernetesResource object) {
    // items of a list may omit these
    object.setKind(kind.getKind());
    object.setApiVersion(kind.getVersion());
    object.getMetadata().setManagedFields(List.of());
    String name =
        "%s %s/%s"
            .formatted(
                kind.getKind(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName());
    return YamlReader.read(name, Serialization.asJson(object).getBytes(StandardCharsets.UTF_8));
  }

  private static ResourceDefinitionContext kind(
      String group, String version, String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }
}
