package dev.weft.agent;

import static org.awaitility.Awaitility.await;

import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.cluster.AgentClients;
import dev.weft.agent.cluster.NodeRecord;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.health.AgentMetrics;
import dev.weft.agent.sandbox.NamespaceDirectory;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.IpAddress;
import dev.weft.api.Kernel;
import dev.weft.api.MeshNode;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Agents on an API server, with simulated kernels. */
@NullUnmarked
abstract class AgentsOnApiServer {
  static TestApiServer server;

  @TempDir Path directory;
  final Deque<AutoCloseable> running = new ArrayDeque<>();
  KubernetesClient api;

  @BeforeAll
  static void startServer() throws IOException {
    Awaitility.setDefaultTimeout(20, TimeUnit.SECONDS);
    server = TestApiServer.shared();
  }

  @BeforeEach
  void api() {
    api = server.client();
  }

  @AfterEach
  void clean() throws Exception {
    while (!running.isEmpty()) {
      running.pop().close();
    }
    for (HostNetwork each : api.resources(HostNetwork.class).list().getItems()) {
      if (!each.getFinalizers().isEmpty()) {
        // without a version: a write of the closed agent may still arrive
        api.resources(HostNetwork.class)
            .withName(each.getMetadata().getName())
            .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
      }
    }
    api.pods().inNamespace("default").withGracePeriod(0).delete();
    await().until(() -> api.pods().inNamespace("default").list().getItems().isEmpty());
    for (Class<? extends HasMetadata> kind :
        List.of(NetworkEndpoint.class, HostNetwork.class, ContainerNetwork.class, MeshNode.class)) {
      api.resources(kind).delete();
      await().until(() -> api.resources(kind).list().getItems().isEmpty());
    }
  }

  static Pod unbound(String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .addToAnnotations("k8s.v1.cni.cncf.io/network-status", "[{\"name\":\"cbr0\"}]")
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("c")
        .withImage("i")
        .endContainer()
        .endSpec()
        .build();
  }

  Pod bound(String name, String node, String networks) {
    return api.resource(
            new PodBuilder(unbound(name))
                .editMetadata()
                .addToAnnotations(Names.NETWORKS_ANNOTATION, networks)
                .endMetadata()
                .editSpec()
                .withNodeName(node)
                .endSpec()
                .build())
        .create();
  }

  String networkStatus(String pod) {
    return api.pods()
        .inNamespace("default")
        .withName(pod)
        .get()
        .getMetadata()
        .getAnnotations()
        .get("k8s.v1.cni.cncf.io/network-status");
  }

  void create(NetworkEndpoint endpoint, String name) {
    endpoint.getMetadata().setName(name);
    api.resource(endpoint).create();
  }

  static NetworkEndpoint endpoint(
      ContainerNetwork network, String node, String pod, String address, String mac) {
    NetworkEndpoint endpoint = Given.endpoint(network, node, pod, address);
    endpoint.setSpec(NetworkEndpointSpecBuilder.builder(endpoint.getSpec()).mac(mac).build());
    return endpoint;
  }

  Node node(String name) throws IOException {
    return node(name, URI.create(api.getMasterUrl().toString()).getPort());
  }

  Node node(String name, int port) throws IOException {
    return start(new Node(name, port));
  }

  Node start(Node node) {
    running.push(node.client);
    running.push(node.agent);
    node.agent.start();
    return node;
  }

  ContainerNetwork network(ContainerNetwork wanted) {
    ContainerNetwork created = api.resource(wanted).create();
    created.setStatus(wanted.getStatus());
    return api.resource(created).updateStatus();
  }

  HostNetwork hostNetwork(String network, String node) {
    return api.resources(HostNetwork.class).withName(Names.hostNetwork(network, node)).get();
  }

  static List<Condition> conditions(HostNetwork hostNetwork) {
    return hostNetwork.getStatus() == null ? List.of() : hostNetwork.getStatus().conditions();
  }

  NetworkEndpoint ready(String name) {
    await("endpoint " + name).until(() -> isReady(name));
    return api.resources(NetworkEndpoint.class).withName(name).get();
  }

  boolean isReady(String name) {
    NetworkEndpoint endpoint = api.resources(NetworkEndpoint.class).withName(name).get();
    return endpoint != null
        && endpoint.getStatus() != null
        && Conditions.isTrue(endpoint.getStatus().conditions(), Conditions.READY);
  }

  Set<String> endpoints() {
    return Set.copyOf(
        api.resources(NetworkEndpoint.class).list().getItems().stream()
            .map(each -> each.getMetadata().getName())
            .toList());
  }

  /** One node: its directory of sandboxes, its agent. */
  final class Node {
    final PaperKernel kernel = new PaperKernel();
    final PaperProbe probe = new PaperProbe();
    final SandboxFiles files;
    final KubernetesClient client;
    final Agent agent;
    final AgentMetrics metrics = new AgentMetrics();
    final List<String> requests = new ArrayList<>();

    Node(String name, int port) throws IOException {
      files = new SandboxFiles(directory.resolve(name));
      Config config =
          new ConfigBuilder(server.client().getConfiguration())
              .withMasterUrl(server.addressAt(port))
              .withRequestRetryBackoffLimit(0)
              .withWatchReconnectInterval(100)
              .withConnectionTimeout(1000)
              .withRequestTimeout(2000)
              .build();
      client =
          AgentClients.open(
              config,
              request -> {
                synchronized (requests) {
                  requests.add(request.method() + " " + request.uri());
                }
              });
      kernel.underlay =
          new LocalVtep.Found(
              InetAddress.ofLiteral(name.equals("a") ? "192.0.2.1" : "192.0.2.2"),
              "up0",
              1500,
              List.of());
      agent =
          new Agent(
              name,
              client,
              new Agent.Machine(
                  kernel,
                  probe,
                  new NamespaceDirectory(files.directory()),
                  new Kernel("6.18", List.of()),
                  NodeRecord.none()),
              metrics);
    }

    List<String> requests() {
      synchronized (requests) {
        return List.copyOf(requests);
      }
    }

    void sandboxOf(String id, Pod pod, String networks) throws IOException {
      sandboxOf(id, pod, networks, "");
    }

    /** A sandbox of a pod with the annotations of both. */
    void sandboxOf(String id, Pod pod, String networks, String multus) throws IOException {
      files.write(
          id,
          """
          {"id":"%s","namespace":"default","pod":"%s","podUid":"%s","netns":"/run/netns/%s",
           "networks":"%s","multus":"%s"}
          """
              .formatted(
                  id,
                  pod.getMetadata().getName(),
                  pod.getMetadata().getUid(),
                  id,
                  networks,
                  multus));
    }

    void sandbox(String pod, String networks) throws IOException {
      files.start(pod, Path.of("/run/netns", pod), networks);
    }

    void end(String pod) throws IOException {
      files.end(pod);
    }

    String error(String pod) throws IOException {
      return files.error(pod);
    }
  }

  /** Sandboxes on a LAN where other machines hold some addresses. */
  static final class PaperProbe implements Probe {
    final Map<String, String> machines = new ConcurrentHashMap<>();
    volatile Set<String> foreign = Set.of("lo");
    volatile Set<String> ours = Set.of();

    @Override
    public View look(Sandbox sandbox) {
      Set<String> all = new HashSet<>(foreign);
      all.addAll(ours);
      return new View(false, all, foreign);
    }

    @Override
    public Optional<String> holder(String device, IpAddress address) {
      return Optional.ofNullable(machines.get(device + " " + address));
    }
  }
}
