package dev.weft.operator.network;

import dev.weft.api.Attachment;
import dev.weft.api.Attachments;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkStatus;
import dev.weft.api.HostNetworkStatusBuilder;
import dev.weft.api.Identity;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.Mesh;
import dev.weft.api.MeshMembers;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayService;
import dev.weft.api.SandboxReference;
import dev.weft.api.ServiceReference;
import dev.weft.operator.kube.PagedLists;
import dev.weft.operator.node.AgentSource;
import dev.weft.operator.node.NodeFacts;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.EventHandler;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Watches of the network reconciler, with the networks that each change affects. A change that
 * affects no decision, such as a pod's readiness, triggers nothing.
 */
final class NetworkSources {
  private static final String BY_NODE = "node";

  /**
   * Delay until changed endpoints trigger a reconciliation. Pods start in bursts, and every node's
   * agent receives each change of a network.
   */
  private static final Duration ENDPOINTS_MOMENT = Duration.ofMillis(200);

  private final IndexerResourceCache<ContainerNetwork> networks;
  private final InformerEventSource<HostNetwork, ContainerNetwork> hostNetworks;
  private final InformerEventSource<NetworkEndpoint, ContainerNetwork> endpoints;
  private final InformerEventSource<Pod, ContainerNetwork> pods;
  private final InformerEventSource<Node, ContainerNetwork> nodes;
  private final InformerEventSource<MeshNode, ContainerNetwork> meshNodes;
  private final InformerEventSource<Mesh, ContainerNetwork> meshes;
  private final InformerEventSource<OverlayService, ContainerNetwork> services;
  private final AgentSource<ContainerNetwork> agents;
  private final RefusedNetworks refused;
  private final MeshMembers claims = new MeshMembers();
  private final ServiceRanges serviceRanges;
  private final @Nullable InformerEventSource<GenericKubernetesResource, ContainerNetwork>
      serviceCidrs;

  NetworkSources(EventSourceContext<ContainerNetwork> context, String leaseNamespace, Clock clock) {
    networks = context.getPrimaryCache();
    hostNetworks =
        new InformerEventSource<>(
            PagedLists.from(HostNetwork.class, ContainerNetwork.class)
                .withName("hostnetworks")
                .withSecondaryToPrimaryMapper(each -> id(each.getSpec().network()))
                .withOnUpdateFilter(NetworkSources::differ)
                .build(),
            context);
    hostNetworks.addIndexers(
        Map.of(BY_NODE, each -> Stream.ofNullable(each.getSpec().node()).toList()));
    endpoints =
        new InformerEventSource<>(
            PagedLists.from(NetworkEndpoint.class, ContainerNetwork.class)
                .withName("networkendpoints")
                .withSecondaryToPrimaryMapper(each -> id(each.getSpec().network()))
                .withOnUpdateFilter(
                    (now, before) -> !Objects.equals(now.getSpec(), before.getSpec()))
                .build(),
            context) {
          @Override
          public void setEventHandler(EventHandler handler) {
            super.setEventHandler(new Debounce(handler, ENDPOINTS_MOMENT));
          }
        };
    pods =
        new InformerEventSource<>(
            PagedLists.from(Pod.class, ContainerNetwork.class)
                .withName("pods")
                .withSecondaryToPrimaryMapper(NetworkSources::networksOf)
                .withOnUpdateFilter((now, before) -> !PodFacts.of(now).equals(PodFacts.of(before)))
                .build(),
            context);
    nodes = ofAllNetworks(Node.class, NetworkSources::differ, context);
    meshNodes =
        ofAllNetworks(MeshNode.class, (now, before) -> !facts(now).equals(facts(before)), context);
    meshes =
        ofAllNetworks(
            Mesh.class, (now, before) -> !Objects.equals(now.getSpec(), before.getSpec()), context);
    services =
        new InformerEventSource<>(
            PagedLists.from(OverlayService.class, ContainerNetwork.class)
                .withName("overlayservices")
                .withSecondaryToPrimaryMapper(each -> id(each.getSpec().network()))
                .withOnUpdateFilter((_, _) -> false)
                .build(),
            context);
    agents = new AgentSource<>(context.getClient(), leaseNamespace, clock, this::networksOn);
    refused = new RefusedNetworks(networks);
    serviceRanges = new ServiceRanges(context.getClient(), leaseNamespace);
    serviceCidrs =
        serviceRanges
            .kind()
            .map(kind ->
                ofAllNetworks(
                    PagedLists.from(kind, ContainerNetwork.class).withName("servicecidrs"),
                    (now, before) -> !Objects.equals(now.get("spec"), before.get("spec")),
                    context))
            .orElse(null);
  }

  List<EventSource<?, ContainerNetwork>> all() {
    return Stream.<EventSource<?, ContainerNetwork>>concat(
            Stream.of(
                hostNetworks, endpoints, pods, nodes, meshNodes, meshes, services, agents, refused),
            Stream.ofNullable(serviceCidrs))
        .toList();
  }

  Collection<ContainerNetwork> networks() {
    return networks.list().toList();
  }

  ObservedNetwork observe(ContainerNetwork network) {
    MeshMembers.Settled settled =
        claims.settle(
            meshNodes.list().filter(each -> Identity.contradiction(each).isEmpty()).toList());
    // endpoints before pods, so an endpoint is never taken for an orphan if its pod appears in
    // between
    List<NetworkEndpoint> itsEndpoints =
        sorted(
            endpoints.getSecondaryResources(network).stream()
                .filter(each -> names(network, each.getSpec().network()))
                .filter(each -> Identity.contradiction(each).isEmpty()));
    List<HostNetwork> itsHostNetworks =
        sorted(
            hostNetworks.getSecondaryResources(network).stream()
                .filter(each -> names(network, each.getSpec().network()))
                .filter(each -> Identity.contradiction(each).isEmpty()));
    Set<String> podNodes =
        pods.getSecondaryResources(network).stream()
            .filter(pod -> networksOf(pod).contains(ResourceID.fromResource(network)))
            .filter(pod -> admits(network, pod))
            .map(PodFacts::of)
            .filter(PodFacts::isPlaced)
            .map(PodFacts::node)
            .collect(Collectors.toSet());
    Set<String> names = new TreeSet<>(podNodes);
    nodes.list().forEach(each -> names.add(each.getMetadata().getName()));
    meshNodes.list().forEach(each -> names.add(each.getMetadata().getName()));
    itsHostNetworks.forEach(each -> names.add(ObservedNetwork.nodeOf(each)));
    itsEndpoints.stream()
        .flatMap(each -> Optional.ofNullable(each.getSpec().node()).stream())
        .forEach(names::add);
    return new ObservedNetwork(
        network,
        meshes.get(new ResourceID(Names.MESH)).orElse(null),
        names.stream().map(name -> node(name, settled)).toList(),
        itsHostNetworks,
        itsEndpoints,
        podNodes,
        serviceCidrs == null ? serviceRanges.asked() : ServiceRanges.of(serviceCidrs.list()),
        HeldPort.of(network, this::networks));
  }

  /**
   * Whether the network admits the pod's namespace. A pod that it does not admit does not bring the
   * network to its node.
   */
  private static boolean admits(ContainerNetwork network, Pod pod) {
    List<String> allowed = network.getSpec() == null ? null : network.getSpec().allowedNamespaces();
    return allowed == null || allowed.contains(pod.getMetadata().getNamespace());
  }

  /** Objects that name a network and contradict themselves; {@link #observe} omits them. */
  List<ForeignObject> foreign(ContainerNetwork network) {
    Stream<ForeignObject> ofEndpoints =
        endpoints.getSecondaryResources(network).stream()
            .flatMap(each ->
                Identity.contradiction(each).map(why -> new ForeignObject(each, why)).stream());
    Stream<ForeignObject> ofNodes =
        hostNetworks.getSecondaryResources(network).stream()
            .flatMap(each ->
                Identity.contradiction(each).map(why -> new ForeignObject(each, why)).stream());
    return Stream.concat(ofEndpoints, ofNodes).toList();
  }

  private NodeFacts node(String name, MeshMembers.Settled settled) {
    MeshMembers.Conflict conflict = settled.refused().get(name);
    return new NodeFacts(
        name,
        nodes.get(new ResourceID(name)).orElse(null),
        meshNodes
            .get(new ResourceID(name))
            .filter(each -> Identity.contradiction(each).isEmpty())
            .orElse(null),
        agents.agent(name),
        Optional.ofNullable(conflict).map(MeshMembers.Conflict::why));
  }

  /** The pod of a sandbox, if its UID matches. */
  Optional<Pod> pod(SandboxReference sandbox) {
    return sandbox.pod() == null
        ? Optional.empty()
        : pods.get(new ResourceID(sandbox.pod(), sandbox.namespace()))
            .filter(pod -> Objects.equals(pod.getMetadata().getUid(), sandbox.podUid()));
  }

  boolean hasService(ServiceReference service) {
    return services.get(new ResourceID(service.name(), service.namespace())).isPresent();
  }

  private <R extends HasMetadata> InformerEventSource<R, ContainerNetwork> ofAllNetworks(
      Class<R> type, OnUpdateFilter<R> matters, EventSourceContext<ContainerNetwork> context) {
    return ofAllNetworks(
        PagedLists.from(type, ContainerNetwork.class)
            .withName(type.getSimpleName().toLowerCase(Locale.ROOT) + "s"),
        matters,
        context);
  }

  private <R extends HasMetadata> InformerEventSource<R, ContainerNetwork> ofAllNetworks(
      InformerEventSourceConfiguration.Builder<R> source,
      OnUpdateFilter<R> matters,
      EventSourceContext<ContainerNetwork> context) {
    SecondaryToPrimaryMapper<R> toAll =
        any -> networks.keys().collect(Collectors.toUnmodifiableSet());
    return new InformerEventSource<>(
        source
            .withSecondaryToPrimaryMapper(toAll)
            // without it each object would be indexed under every network
            .withPrimaryToSecondaryMapper((ContainerNetwork network) -> Set.of())
            .withOnUpdateFilter(matters)
            .build(),
        context);
  }

  private Set<ResourceID> networksOn(String node) {
    return hostNetworks.byIndex(BY_NODE, node).stream()
        .flatMap(each -> id(each.getSpec().network()).stream())
        .collect(Collectors.toSet());
  }

  /**
   * Properties of a MeshNode that networks depend on. Of its keys, only existence and encapsulation
   * matter.
   */
  private static List<Object> facts(MeshNode node) {
    MeshNodeSpec spec = node.getSpec();
    return spec == null
        ? List.of()
        : List.of(
            MeshNodeSpecBuilder.builder(spec).keys(null).build(),
            EncryptionSupport.hasKeys(spec),
            EncryptionSupport.takesUdp(spec));
  }

  /**
   * Whether a change of a HostNetwork matters. Its devices and endpoint count do not, because
   * endpoints are watched themselves.
   */
  private static boolean differ(HostNetwork now, HostNetwork before) {
    HostNetworkStatus status = now.getStatus();
    HostNetworkStatus former = before.getStatus();
    return status == null
        || former == null
        || status.equals(former)
        || !withoutCounts(status).equals(withoutCounts(former))
        || !Objects.equals(now.getSpec(), before.getSpec())
        || now.isMarkedForDeletion() != before.isMarkedForDeletion();
  }

  private static HostNetworkStatus withoutCounts(HostNetworkStatus status) {
    return HostNetworkStatusBuilder.builder(status).devices(null).endpoints(null).build();
  }

  private static boolean differ(Node now, Node before) {
    return !Objects.equals(now.getMetadata().getLabels(), before.getMetadata().getLabels())
        || NodeFacts.isReady(now) != NodeFacts.isReady(before)
        || !Objects.equals(podRanges(now), podRanges(before))
        || !Objects.equals(addresses(now), addresses(before));
  }

  private static @Nullable List<String> podRanges(Node node) {
    return node.getSpec() == null ? null : node.getSpec().getPodCIDRs();
  }

  private static @Nullable List<NodeAddress> addresses(Node node) {
    return node.getStatus() == null ? null : node.getStatus().getAddresses();
  }

  private static Set<ResourceID> networksOf(Pod pod) {
    String text = PodFacts.of(pod).networks();
    if (text == null) {
      return Set.of();
    }
    try {
      return Attachments.parse(text).stream()
          .map(Attachment::network)
          .map(ResourceID::new)
          .collect(Collectors.toSet());
    } catch (InvalidAttachments e) {
      // the node's agent reports the error to the pod's author; it affects no network
      return Set.of();
    }
  }

  private static Set<ResourceID> id(@Nullable String network) {
    return network == null ? Set.of() : Set.of(new ResourceID(network));
  }

  private static boolean names(ContainerNetwork network, @Nullable String name) {
    return network.getMetadata().getName().equals(name);
  }

  private static <R extends HasMetadata> List<R> sorted(Stream<R> resources) {
    return resources.sorted(Comparator.comparing(each -> each.getMetadata().getName())).toList();
  }
}
