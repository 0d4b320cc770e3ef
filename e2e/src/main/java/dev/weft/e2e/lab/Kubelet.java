package dev.weft.e2e.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.Attachment;
import dev.weft.api.Attachments;
import dev.weft.api.Conditions;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.Netlink;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Simulates the kubelets of all nodes. A Pod bound to a node gets a sandbox: a named network
 * namespace, announced to the node's agent. The Pod becomes Running and Ready once its endpoints
 * are. The sandbox of a removed Pod is removed as soon as the agent has released it.
 */
final class Kubelet implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Kubelet.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesClient client;
  private final Namespaces namespaces;
  private final Set<String> nodes = ConcurrentHashMap.newKeySet();
  private final Map<String, NetworkNamespace> sandboxes = new ConcurrentHashMap<>();
  private final ScheduledExecutorService worker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("kubelet").factory());
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<NetworkEndpoint> endpoints;

  Kubelet(KubernetesClient client, Namespaces namespaces) {
    this.client = client;
    this.namespaces = namespaces;
    this.pods = client.pods().inAnyNamespace().inform();
    this.endpoints = client.resources(NetworkEndpoint.class).inform();
    pods.addEventHandler(new Trigger<>());
    endpoints.addEventHandler(new Trigger<>());
  }

  /** Registers a node that is ready for Pods. */
  void addNode(String name, String address) {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    var node =
        new NodeBuilder()
            .withNewMetadata()
            .withName(name)
            .addToLabels("kubernetes.io/hostname", name)
            .addToLabels("kubernetes.io/os", "linux")
            .endMetadata()
            .withNewStatus()
            .addNewAddress(address, "InternalIP")
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .withReason("KubeletReady")
            .withLastHeartbeatTime(now)
            .withLastTransitionTime(now)
            .endCondition()
            .endStatus()
            .build();
    try {
      Files.createDirectories(LabNode.sandboxes(namespaces.state().path(), name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    client.nodes().resource(node).create();
    nodes.add(name);
    worker.execute(this::syncAll);
  }

  /** The sandbox of a Pod, if it exists. */
  Optional<NetworkNamespace> sandbox(String namespace, String pod) {
    return Optional.ofNullable(sandboxes.get(namespace + "-" + pod));
  }

  /** The agent's reason why a Pod is not wired. */
  String attachError(String namespace, String pod) {
    return pods.getStore().list().stream()
        .filter(each -> id(each).equals(namespace + "-" + pod))
        .map(each -> file(each).resolveSibling(sandboxId(each) + ".error"))
        .filter(Files::exists)
        .map(Kubelet::readLine)
        .findFirst()
        .orElse("");
  }

  private static String readLine(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the Node objects from a control plane that outlives the lab. */
  void removeNodes() {
    nodes.forEach(node -> client.nodes().withName(node).delete());
  }

  private final class Trigger<T> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T object) {
      worker.execute(Kubelet.this::syncAll);
    }

    @Override
    public void onUpdate(T before, T after) {
      worker.execute(Kubelet.this::syncAll);
    }

    @Override
    public void onDelete(T object, boolean stateUnknown) {
      worker.execute(Kubelet.this::syncAll);
    }
  }

  private void syncAll() {
    for (Pod pod : pods.getStore().list()) {
      if (!nodes.contains(String.valueOf(pod.getSpec().getNodeName()))
          || pod.getMetadata().getNamespace().equals(Names.NAMESPACE)) {
        continue;
      }
      try {
        sync(pod);
      } catch (KubernetesClientException e) {
        // level-triggered: an object that changed or disappeared meanwhile is processed again
        log.atDebug().setCause(e).addKeyValue("pod", id(pod)).log("again");
        var _ = worker.schedule(this::syncAll, 500, TimeUnit.MILLISECONDS);
      } catch (RuntimeException | IOException e) {
        log.atError().setCause(e).addKeyValue("pod", id(pod)).log("sandbox failed");
      }
    }
  }

  private void sync(Pod pod) throws IOException {
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      remove(pod);
      return;
    }
    if (!sandboxes.containsKey(id(pod))) {
      startSandbox(pod);
    }
    boolean running = pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase());
    if (!running && isWired(pod)) {
      setRunning(pod);
    }
  }

  private void startSandbox(Pod pod) throws IOException {
    NetworkNamespace sandbox = namespaces.create("pod-" + id(pod));
    try (Netlink inside = Netlink.open(sandbox)) {
      inside.linkSet(
          inside.link("lo").orElseThrow().index(), LinkSettings.builder().up(true).build());
    }
    sandboxes.put(id(pod), sandbox);
    String networks = networks(pod);
    String multus = annotation(pod, Names.MULTUS_ANNOTATION);
    if (networks.isEmpty() && multus.isEmpty()) {
      return;
    }
    Map<String, String> description = new LinkedHashMap<>();
    description.put("id", sandboxId(pod));
    description.put("namespace", pod.getMetadata().getNamespace());
    description.put("pod", pod.getMetadata().getName());
    description.put("podUid", pod.getMetadata().getUid());
    description.put("netns", "/run/netns/" + namespaces.name("pod-" + id(pod)));
    description.put("networks", networks);
    description.put("multus", multus);
    Path file = file(pod);
    Path draft = file.resolveSibling("." + file.getFileName());
    try {
      Files.writeString(draft, JSON.writeValueAsString(description));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private boolean isWired(Pod pod) {
    if (networks(pod).isEmpty()) {
      return true;
    }
    Set<String> wanted;
    try {
      wanted =
          Attachments.parse(networks(pod)).stream()
              .map(Attachment::network)
              .collect(Collectors.toSet());
    } catch (InvalidAttachments e) {
      return false;
    }
    List<NetworkEndpoint> own = endpointsOf(pod);
    Set<String> ready =
        own.stream()
            .filter(endpoint ->
                endpoint.getStatus() != null
                    && Conditions.isTrue(endpoint.getStatus().conditions(), Conditions.READY))
            .map(endpoint -> endpoint.getSpec().network())
            .collect(Collectors.toSet());
    return ready.containsAll(wanted);
  }

  private List<NetworkEndpoint> endpointsOf(Pod pod) {
    List<NetworkEndpoint> own = new ArrayList<>();
    for (NetworkEndpoint endpoint : endpoints.getStore().list()) {
      var sandbox = endpoint.getSpec().sandbox();
      if (sandbox != null && Objects.equals(sandbox.podUid(), pod.getMetadata().getUid())) {
        own.add(endpoint);
      }
    }
    return own;
  }

  private void setRunning(Pod pod) {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    Pod running =
        new PodBuilder(pod)
            .editOrNewStatus()
            .withPhase("Running")
            .withStartTime(now)
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .withLastTransitionTime(now)
            .endCondition()
            .endStatus()
            .build();
    client.pods().resource(running).updateStatus();
  }

  private void remove(Pod pod) throws IOException {
    Files.deleteIfExists(file(pod));
    if (!endpointsOf(pod).isEmpty()) {
      return;
    }
    NetworkNamespace sandbox = sandboxes.remove(id(pod));
    if (sandbox != null) {
      sandbox.close();
      NetworkNamespace.delete(namespaces.name("pod-" + id(pod)));
    }
    client.pods().resource(pod).withGracePeriod(0).delete();
  }

  private Path file(Pod pod) {
    return LabNode.sandboxes(namespaces.state().path(), pod.getSpec().getNodeName())
        .resolve(sandboxId(pod) + ".json");
  }

  private static String networks(Pod pod) {
    return annotation(pod, Names.NETWORKS_ANNOTATION);
  }

  private static String annotation(Pod pod, String key) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    String text = annotations == null ? null : annotations.get(key);
    return text == null ? "" : text;
  }

  private static String sandboxId(Pod pod) {
    return pod.getMetadata().getUid();
  }

  private static String id(Pod pod) {
    return pod.getMetadata().getNamespace() + "-" + pod.getMetadata().getName();
  }

  @Override
  public void close() {
    pods.stop();
    endpoints.stop();
    worker.shutdownNow();
    sandboxes.values().forEach(NetworkNamespace::close);
  }
}
