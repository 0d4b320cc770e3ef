package dev.weft.operator.service;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.Identity;
import dev.weft.api.IpAddress;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.OverlayService;
import dev.weft.api.SandboxReference;
import dev.weft.operator.event.ForeignWrite;
import dev.weft.operator.kube.PagedLists;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Watches of the service reconciler, with the services that each change affects. */
final class ServiceSources {
  private static final String BY_POD = "pod";
  private static final String BY_SERVICE = "service";

  private final IndexerResourceCache<OverlayService> services;
  private final InformerEventSource<Pod, OverlayService> pods;
  private final InformerEventSource<NetworkEndpoint, OverlayService> endpoints;
  private final InformerEventSource<ContainerNetwork, OverlayService> networks;
  private final List<InformerEventSource<? extends HasMetadata, OverlayService>> children;

  ServiceSources(EventSourceContext<OverlayService> context) {
    services = context.getPrimaryCache();
    pods = labelled(Pod.class, context);
    endpoints =
        new InformerEventSource<>(
            PagedLists.from(NetworkEndpoint.class, OverlayService.class)
                .withName("addresses")
                .withSecondaryToPrimaryMapper(this::serviceOf)
                .withPrimaryToSecondaryMapper((OverlayService _) -> Set.of())
                .withOnUpdateFilter(ServiceSources::isNews)
                .build(),
            context);
    endpoints.addIndexers(
        Map.of(
            BY_POD,
            ServiceSources::podOf,
            BY_SERVICE,
            each -> holderOf(each).map(ServiceSources::key).stream().toList()));
    networks =
        new InformerEventSource<>(
            PagedLists.from(ContainerNetwork.class, OverlayService.class)
                .withName("networks")
                .withSecondaryToPrimaryMapper(this::servicesOn)
                .withPrimaryToSecondaryMapper((OverlayService _) -> Set.of())
                .build(),
            context);
    children =
        List.of(
            labelled(Deployment.class, context),
            labelled(DaemonSet.class, context),
            labelled(Service.class, context),
            labelled(EndpointSlice.class, context));
  }

  List<EventSource<?, OverlayService>> all() {
    List<EventSource<?, OverlayService>> all = new ArrayList<>(children);
    all.add(pods);
    all.add(endpoints);
    all.add(networks);
    return all;
  }

  ObservedService observe(OverlayService service) {
    String network = service.getSpec().network();
    List<Task> tasks =
        mine(pods, service).stream()
            .sorted(Comparator.comparing(each -> each.getMetadata().getName()))
            .map(each ->
                new Task(
                    each,
                    endpoints.byIndex(BY_POD, each.getMetadata().getUid()).stream()
                        .filter(it -> Objects.equals(network, it.getSpec().network()))
                        .filter(it -> Identity.contradiction(it).isEmpty())
                        // an endpoint of another node must not become a task by naming a task's pod
                        .filter(it -> ForeignWrite.of(it, each).isEmpty())
                        .sorted(Comparator.comparing(it -> it.getMetadata().getName()))
                        .toList()))
            .toList();
    List<HasMetadata> its = new ArrayList<>();
    children.forEach(each -> its.addAll(mine(each, service)));
    return new ObservedService(
        service,
        network == null ? null : networks.get(new ResourceID(network)).orElse(null),
        tasks,
        its,
        new ObservedService.Addresses(
            endpoints.byIndex(BY_SERVICE, key(ResourceID.fromResource(service))).stream()
                .filter(each -> Identity.contradiction(each).isEmpty())
                .sorted(Comparator.comparing(each -> each.getMetadata().getName()))
                .toList(),
            () -> taken(network)));
  }

  private Set<IpAddress> taken(@Nullable String network) {
    return endpoints
        .list(each -> Objects.equals(network, each.getSpec().network()))
        .filter(each -> Identity.contradiction(each).isEmpty())
        .flatMap(each -> Task.address(each.getSpec()).stream())
        .collect(Collectors.toSet());
  }

  /**
   * Whether a change of an endpoint matters. A new sandbox of the same pod and the rest of the
   * status do not.
   */
  private static boolean isNews(NetworkEndpoint after, NetworkEndpoint before) {
    return Task.isWired(after) != Task.isWired(before)
        || !podOf(after).equals(podOf(before))
        || !withoutSandbox(after).equals(withoutSandbox(before));
  }

  private static NetworkEndpointSpec withoutSandbox(NetworkEndpoint endpoint) {
    return NetworkEndpointSpecBuilder.builder(endpoint.getSpec()).sandbox(null).build();
  }

  private static List<String> podOf(NetworkEndpoint endpoint) {
    SandboxReference sandbox = endpoint.getSpec().sandbox();
    return sandbox == null || sandbox.podUid() == null ? List.of() : List.of(sandbox.podUid());
  }

  private static Optional<ResourceID> holderOf(NetworkEndpoint endpoint) {
    return Optional.ofNullable(endpoint.getSpec().service())
        .map(each -> new ResourceID(each.name(), each.namespace()));
  }

  private static String key(ResourceID service) {
    return service.getNamespace().orElse("") + "/" + service.getName();
  }

  private static <R extends HasMetadata> List<R> mine(
      InformerEventSource<R, OverlayService> source, OverlayService service) {
    return source
        .list(
            service.getMetadata().getNamespace(),
            each -> service.getMetadata().getName().equals(labels(each).get(Names.SERVICE_LABEL)))
        .toList();
  }

  private static Map<String, String> labels(HasMetadata object) {
    return Objects.requireNonNullElse(object.getMetadata().getLabels(), Map.of());
  }

  private static <R extends HasMetadata> InformerEventSource<R, OverlayService> labelled(
      Class<R> type, EventSourceContext<OverlayService> context) {
    return new InformerEventSource<>(
        PagedLists.from(type, OverlayService.class)
            .withName(type.getSimpleName().toLowerCase(Locale.ROOT) + "s")
            .withLabelSelector(Names.SERVICE_LABEL)
            .withSecondaryToPrimaryMapper(ServiceSources::labelOf)
            .build(),
        context);
  }

  private static Set<ResourceID> labelOf(HasMetadata object) {
    String name = labels(object).get(Names.SERVICE_LABEL);
    return name == null
        ? Set.of()
        : Set.of(new ResourceID(name, object.getMetadata().getNamespace()));
  }

  private Set<ResourceID> serviceOf(NetworkEndpoint endpoint) {
    @Nullable SandboxReference sandbox = endpoint.getSpec().sandbox();
    return sandbox == null || sandbox.pod() == null
        ? holderOf(endpoint).map(Set::of).orElse(Set.of())
        : pods.get(new ResourceID(sandbox.pod(), sandbox.namespace()))
            .map(ServiceSources::labelOf)
            .orElse(Set.of());
  }

  private Set<ResourceID> servicesOn(ContainerNetwork network) {
    return services
        .list(each -> network.getMetadata().getName().equals(each.getSpec().network()))
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }
}
