package dev.weft.agent.attach;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.cluster.ApiWrites;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.cluster.ServerSideApply;
import dev.weft.agent.desired.EndpointAddresses;
import dev.weft.agent.desired.RequestedNetworks;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import dev.weft.netlink.NetlinkException;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes {@link NetworkStatus} on pods in the background, after they are attached. It writes when
 * our entries change, never because others did: two writers that react to each other would never
 * stop.
 */
public final class NetworkStatuses {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkStatuses.class);

  private final KubernetesClient client;
  private final ClusterCaches cluster;
  private final RequestedNetworks requested;
  private final ApiWrites writes;
  private final Probe probe;

  /** Writes statuses of the pods on the node of {@code cluster}. */
  public NetworkStatuses(
      KubernetesClient client,
      ClusterCaches cluster,
      RequestedNetworks requested,
      ApiWrites writes,
      Probe probe) {
    this.client = client;
    this.cluster = cluster;
    this.requested = requested;
    this.writes = writes;
    this.probe = probe;
  }

  /** Writes the status of a sandbox that is attached to all its networks. */
  void attached(Sandbox sandbox) {
    boolean asked = !sandbox.networks().isBlank() || !requested.definitions(sandbox).isEmpty();
    if (sandbox.pod() != null && asked) {
      writes.submit("network-status " + sandbox.podUid(), () -> write(sandbox));
    }
  }

  private void write(Sandbox sandbox) {
    // unfiltered: the client's typed Pod omits annotations of other writers
    var pods =
        client
            .genericKubernetesResources(ResourceDefinitionContext.fromResourceType(Pod.class))
            .inNamespace(sandbox.namespace());
    GenericKubernetesResource pod = pods.withName(sandbox.pod()).get();
    if (pod == null || !sandbox.owner().equals(pod.getMetadata().getUid())) {
      return;
    }
    List<Probe.Device> devices;
    try {
      devices = probe.devices(sandbox);
    } catch (NetlinkException e) {
      LOG.atDebug().addKeyValue("pod", sandbox).setCause(e).log("it ended before its status");
      return;
    }
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    String old = annotations == null ? null : annotations.get(NetworkStatus.ANNOTATION);
    List<NetworkStatus.Entry> entries = entries(sandbox, devices);
    if (entries.isEmpty() && sandbox.networks().isBlank()) {
      // Multus has made every interface
      return;
    }
    Optional<NetworkStatus.Entry> cluster =
        devices.stream()
            .filter(each -> each.name().equals("eth0") && !each.ips().isEmpty())
            .filter(each -> entries.stream().noneMatch(it -> it.interfaceName().equals("eth0")))
            .findFirst()
            .map(NetworkStatus::ofCluster);
    Optional<String> merged = NetworkStatus.merge(old, entries, cluster);
    if (merged.isPresent()) {
      GenericKubernetesResource _ =
          pods.resource(pod).subresource("status").patch(MERGE, patch(pod, merged.get()));
      LOG.atDebug().addKeyValue("pod", sandbox).log("network status written");
    }
  }

  private static final PatchContext MERGE =
      new PatchContext.Builder()
          .withPatchType(PatchType.JSON_MERGE)
          .withFieldManager(ServerSideApply.MANAGER)
          .build();

  /**
   * Contains the version that was read: if another client wrote meanwhile, the pod is read again.
   */
  private static String patch(GenericKubernetesResource pod, String text) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = patch.putObject("metadata");
    metadata.put("resourceVersion", pod.getMetadata().getResourceVersion());
    metadata.putObject("annotations").put(NetworkStatus.ANNOTATION, text);
    return patch.toString();
  }

  private List<NetworkStatus.Entry> entries(Sandbox sandbox, List<Probe.Device> devices) {
    Map<String, String> definitions = requested.definitions(sandbox);
    Map<String, Integer> mtus =
        devices.stream().collect(Collectors.toMap(Probe.Device::name, Probe.Device::mtu));
    Map<String, List<NetworkEndpointSpec>> byInterface = new TreeMap<>();
    for (NetworkEndpoint each : cluster.endpoints().own()) {
      NetworkEndpointSpec spec = each.getSpec();
      if (sandbox.owns(each)
          && spec.network() != null
          && spec.interfaceName() != null
          && spec.mac() != null) {
        byInterface.computeIfAbsent(spec.interfaceName(), _ -> new ArrayList<>()).add(spec);
      }
    }
    List<NetworkStatus.Entry> entries = new ArrayList<>();
    byInterface.forEach((link, held) -> {
      String network = String.valueOf(held.getFirst().network());
      entries.add(
          new NetworkStatus.Entry(
              definitions.getOrDefault(link, NetworkStatus.nameOf(network)),
              link,
              held.stream()
                  .flatMap(each -> EndpointAddresses.of(each).stream())
                  .sorted()
                  .map(IpAddress::toString)
                  .toList(),
              String.valueOf(held.getFirst().mac()),
              mtus.getOrDefault(link, 0),
              requested.gateways(network).stream().sorted().toList()));
    });
    return entries;
  }
}
