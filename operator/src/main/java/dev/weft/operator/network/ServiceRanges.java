package dev.weft.operator.network;

import dev.weft.api.Cidr;
import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GroupVersionForDiscovery;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Determines the address ranges of Services. Kubernetes 1.33 and later lists them as ServiceCIDRs.
 * An older API server names them when it rejects a Service with an address outside of them, so
 * nothing is stored. If it rejects for another reason, the addresses of the API server's own
 * Service are used.
 */
final class ServiceRanges {
  private static final Logger log = LoggerFactory.getLogger(ServiceRanges.class);
  private static final String GROUP = "networking.k8s.io";
  private static final String PLURAL = "servicecidrs";

  /** Documentation addresses (RFC 5737, RFC 3849), which lie in no cluster's range. */
  private static final List<String> OUTSIDE = List.of("192.0.2.1", "2001:db8::1");

  private static final Pattern RANGE =
      Pattern.compile("range of valid IPs is ([0-9A-Fa-f.:]+/[0-9]+)");

  private final KubernetesClient client;
  private final String namespace;
  private @Nullable List<Cidr> asked;

  /**
   * Creates the lookup for the cluster that {@code client} reaches.
   *
   * @param namespace namespace of the test Service
   */
  ServiceRanges(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Kind to watch, if the API server has it and lets the operator read it. */
  Optional<GroupVersionKind> kind() {
    APIGroup group = client.getApiGroup(GROUP);
    return group == null
        ? Optional.empty()
        : group.getVersions().stream()
            .map(GroupVersionForDiscovery::getVersion)
            .filter(this::isServed)
            .findFirst()
            .filter(this::isReadable)
            .map(version -> new GroupVersionKind(GROUP, version, "ServiceCIDR"));
  }

  /** Address ranges in the ServiceCIDRs. */
  static List<Cidr> of(Stream<GenericKubernetesResource> serviceCidrs) {
    return serviceCidrs
        .flatMap(each ->
            each.get("spec", "cidrs") instanceof Collection<?> cidrs
                ? cidrs.stream().map(String::valueOf)
                : Stream.empty())
        .flatMap(UsedBlocks::parse)
        .distinct()
        .sorted()
        .toList();
  }

  /** Address ranges of an API server without ServiceCIDRs; determined once. */
  synchronized List<Cidr> asked() {
    List<Cidr> known = asked;
    if (known == null) {
      List<Cidr> probed = OUTSIDE.stream().flatMap(this::probe).distinct().toList();
      known = probed.isEmpty() ? ofItsOwnService() : probed;
      asked = known;
      log.atInfo().addKeyValue("ranges", known).log("networks keep away from Services");
    }
    return known;
  }

  private boolean isServed(String version) {
    APIResourceList resources = client.getApiResources(GROUP + "/" + version);
    return resources != null
        && resources.getResources().stream().map(APIResource::getName).anyMatch(PLURAL::equals);
  }

  private boolean isReadable(String version) {
    try {
      client
          .genericKubernetesResources(
              new ResourceDefinitionContext.Builder()
                  .withGroup(GROUP)
                  .withVersion(version)
                  .withKind("ServiceCIDR")
                  .withPlural(PLURAL)
                  .withNamespaced(false)
                  .build())
          .list(new ListOptionsBuilder().withLimit(1L).build());
      return true;
    } catch (KubernetesClientException e) {
      if (isSilence(e)) {
        throw e;
      }
      log.atWarn()
          .log("ServiceCIDRs are not watched, see the operator's ClusterRole: {}", e.getMessage());
      return false;
    }
  }

  private Stream<Cidr> probe(String outside) {
    Resource<Service> service =
        client
            .services()
            .inNamespace(namespace)
            .resource(
                new ServiceBuilder()
                    .withNewMetadata()
                    .withName("weft-service-range")
                    .withNamespace(namespace)
                    .endMetadata()
                    .withNewSpec()
                    .withClusterIP(outside)
                    .addNewPort()
                    .withPort(1)
                    .endPort()
                    .endSpec()
                    .build());
    try {
      service.dryRun().create();
      // before 1.22 a dry run accepts any address, but a real request does not
      service.create();
      service.delete();
      return Stream.empty();
    } catch (KubernetesClientException e) {
      if (isSilence(e)) {
        throw e;
      }
      return RANGE
          .matcher(String.valueOf(e.getMessage()))
          .results()
          .map(found -> found.group(1))
          .flatMap(UsedBlocks::parse);
    }
  }

  private List<Cidr> ofItsOwnService() {
    Service own = client.services().inNamespace("default").withName("kubernetes").get();
    return own == null || own.getSpec() == null
        ? List.of()
        : Stream.concat(
                Stream.ofNullable(own.getSpec().getClusterIP()),
                Objects.requireNonNullElse(own.getSpec().getClusterIPs(), List.<String>of())
                    .stream())
            .distinct()
            .flatMap(UsedBlocks::single)
            .toList();
  }

  /** Whether the API server did not answer: the client then sets no positive code. */
  private static boolean isSilence(KubernetesClientException e) {
    return e.getCode() <= 0;
  }
}
