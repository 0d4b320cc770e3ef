package dev.weft.e2e.lab;

import dev.weft.netlink.NetworkNamespace;
import dev.weft.testkit.control.ControlPlane;
import dev.weft.testkit.control.ControlPlanes;
import dev.weft.testkit.control.Kubeconfig;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster on one machine: a control plane, the real operator, and nodes that are network
 * namespaces on a common wire, each with the real agent. It creates nothing in the machine's own
 * network namespace. Closing or killing it leaves nothing behind.
 */
public final class Lab implements AutoCloseable {
  private static final int API_PORT = 6443;
  private static final int FIRST_STATION = 10;

  private final StateDirectory state;
  private final Namespaces namespaces;
  private final ControlPlane controlPlane;
  private final KubernetesClient client;
  private final Wire wire;
  private final Relay relay;
  private final Accounts accounts;
  private final Manifests manifests;
  private final List<LabNode> nodes = new ArrayList<>();
  private @Nullable Kubelet kubelet;
  private @Nullable JavaProgram operator;
  private int operatorPort;

  private Lab(StateDirectory state, Namespaces namespaces, ControlPlane controlPlane) {
    this.state = state;
    this.namespaces = namespaces;
    this.controlPlane = controlPlane;
    this.client = controlPlane.kubeconfig().client();
    this.wire = Wire.create(namespaces);
    URI server = controlPlane.kubeconfig().server();
    this.relay =
        Relay.open(
            wire.namespace(),
            new InetSocketAddress(Wire.API, API_PORT),
            new InetSocketAddress(server.getHost(), server.getPort()));
    controlPlane.kubeconfig().writeTo(kubeconfig());
    this.accounts = new Accounts(controlPlane, client);
    this.manifests = new Manifests(client, controlPlane.isReal());
  }

  /**
   * Starts the control plane and the wire; operator and nodes are started on request.
   *
   * @param name 1 to 20 letters, digits or hyphens, unique on the machine
   */
  public static Lab create(String name) {
    StateDirectory state = StateDirectory.create(name);
    ControlPlane controlPlane = null;
    try {
      controlPlane =
          ControlPlanes.start(
              System.getenv(), state.path().resolve("control-plane"), state::recordProcess);
      return new Lab(state, new Namespaces(name, state), controlPlane);
    } catch (RuntimeException e) {
      if (controlPlane != null) {
        controlPlane.close();
      }
      state.close();
      throw e;
    }
  }

  /** The control plane of the lab. */
  public ControlPlane controlPlane() {
    return controlPlane;
  }

  /** A client with all rights. */
  public KubernetesClient client() {
    return client;
  }

  /** A client with the rights of a node's agent, to be closed by the caller. */
  public KubernetesClient agentClient(LabNode node) {
    return Kubeconfig.read(state.path().resolve(node.name() + ".kubeconfig"))
        .through(controlPlane.kubeconfig().server())
        .client();
  }

  /**
   * Kubeconfig for the agent of a node that the lab does not run. The node must be registered
   * before.
   *
   * @param server address of the API server for that agent
   */
  public Kubeconfig agentElsewhere(String node, URI server) {
    return accounts.agent(node).through(server);
  }

  /** A kubeconfig with all rights, for kubectl on this machine. */
  public Path kubeconfig() {
    return state.path().resolve("kubeconfig");
  }

  /** The wire between the nodes. */
  public Wire wire() {
    return wire;
  }

  /** The relay from the wire to the API server. */
  public Relay relay() {
    return relay;
  }

  /** The nodes so far, in the order of their start. */
  public List<LabNode> nodes() {
    return List.copyOf(nodes);
  }

  /** The node with this name. */
  public LabNode node(String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst().orElseThrow();
  }

  /** The operator's process. */
  public JavaProgram operator() {
    if (operator == null) {
      throw new IllegalStateException("the operator has not been started");
    }
    return operator;
  }

  /** Folder with the logs of operator, agents and API server. */
  public Path directory() {
    return state.path();
  }

  /** {@link Manifests#install}. */
  public void install(Path folder) {
    manifests.install(folder);
    kubelet = new Kubelet(client, namespaces);
  }

  /** Starts the operator in this machine's own namespace. */
  public void startOperator() {
    operatorPort = freePort();
    operator =
        JavaProgram.start(
            state,
            List.of(),
            state.path().resolve("operator.log"),
            List.of(
                "dev.weft.operator.OperatorMain",
                "run",
                "--kubeconfig",
                written("operator.kubeconfig", accounts.operator()).toString(),
                "--listen",
                "127.0.0.1:" + operatorPort));
  }

  /** Metrics of the operator. */
  public Metrics operatorMetrics() {
    return Metrics.ofOperator(operatorPort);
  }

  /**
   * A free port. Another program may take it in between, though the kernel assigns others first.
   */
  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Adds a node {@code weft-N} and starts its agent; does not wait for it.
   *
   * @param agentOptions further options of {@code weft-agent run}
   */
  public LabNode addNode(String... agentOptions) {
    return addNode(_ -> {}, agentOptions);
  }

  /**
   * Adds a node {@code weft-N} and starts its agent; does not wait for it.
   *
   * @param prepare what is done to the node before its agent starts
   * @param agentOptions further options of {@code weft-agent run}
   */
  public LabNode addNode(Consumer<LabNode> prepare, String... agentOptions) {
    int number = nodes.size() + 1;
    String name = "weft-" + number;
    String what = "node-" + number;
    NetworkNamespace namespace = namespaces.create(what);
    wire.plugNode(name, namespace, FIRST_STATION + number);
    LabNode node =
        new LabNode(name, namespaces.name(what), namespace, Wire.address(FIRST_STATION + number));
    kubelet().addNode(name, node.address().getHostAddress());
    prepare.accept(node);
    node.agent(startAgent(node, List.of(agentOptions)));
    nodes.add(node);
    return node;
  }

  /**
   * Starts a program inside a node's network namespace; the lab ends it on close.
   *
   * @param log the file to append its output to
   */
  public Process start(LabNode node, Path log, List<String> command) {
    List<String> line = new ArrayList<>(JavaProgram.inside(node.namespaceName()));
    line.addAll(command);
    try {
      Process started =
          new ProcessBuilder(line)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      state.recordProcess(started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JavaProgram startAgent(LabNode node, List<String> options) {
    return JavaProgram.start(
        state,
        JavaProgram.inside(node.namespaceName()),
        agentLog(node),
        Stream.concat(
                Stream.of(
                    "dev.weft.agent.AgentMain",
                    "run",
                    "--node",
                    node.name(),
                    "--kubeconfig",
                    agentKubeconfig(node).toString(),
                    "--sandboxes",
                    LabNode.sandboxes(state.path(), node.name()).toString(),
                    "--keys",
                    state.path().resolve(node.name() + ".keys").toString(),
                    "--listen",
                    "127.0.0.1:9810"),
                options.stream())
            .toList());
  }

  /** Creates an empty sandbox that no kubelet knows; returns its file. */
  public Path createSandbox(String name) {
    try (NetworkNamespace _ = namespaces.create(name)) {
      return Path.of("/run/netns", namespaces.name(name));
    }
  }

  /** File with the output of a node's agent. */
  public Path agentLog(LabNode node) {
    return state.path().resolve(node.name() + ".log");
  }

  /** The sandbox of a Pod in namespace {@code default}, if it exists. */
  public Optional<NetworkNamespace> sandbox(String pod) {
    return kubelet().sandbox("default", pod);
  }

  /**
   * Why the agent could not wire a Pod of namespace {@code default}; empty if it reported nothing.
   */
  public String attachError(String pod) {
    return kubelet().attachError("default", pod);
  }

  /** Name of a Pod's sandbox, for {@code ip netns exec}. */
  public String sandboxName(Pod pod) {
    return namespaces.name(
        "pod-%s-%s".formatted(pod.getMetadata().getNamespace(), pod.getMetadata().getName()));
  }

  /** {@link Manifests#apply}. */
  public List<HasMetadata> apply(Path source) {
    return manifests.apply(source);
  }

  private Kubelet kubelet() {
    if (kubelet == null) {
      throw new IllegalStateException("install the definitions first");
    }
    return kubelet;
  }

  private Path agentKubeconfig(LabNode node) {
    URI server = controlPlane.kubeconfig().server();
    URI onTheWire =
        URI.create("%s://%s:%d".formatted(server.getScheme(), Wire.API.getHostAddress(), API_PORT));
    return written(node.name() + ".kubeconfig", accounts.agent(node.name()).through(onTheWire));
  }

  private Path written(String name, Kubeconfig kubeconfig) {
    Path file = state.path().resolve(name);
    kubeconfig.writeTo(file);
    return file;
  }

  /** The processes of operator and agents, by name. */
  public Map<String, Long> processIds() {
    Map<String, Long> ids = new LinkedHashMap<>();
    if (operator != null) {
      ids.put("operator", operator.pid());
    }
    nodes.forEach(node -> ids.put(node.name(), node.agent().pid()));
    return ids;
  }

  @Override
  public void close() {
    if (kubelet != null) {
      if (controlPlane.outlivesLab()) {
        accounts.close();
        kubelet.removeNodes();
      }
      kubelet.close();
    }
    relay.close();
    client.close();
    nodes.forEach(node -> node.namespace().close());
    wire.close();
    state.close();
    controlPlane.close();
  }
}
