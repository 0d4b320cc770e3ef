package dev.weft.e2e.lab;

import dev.weft.testkit.control.ControlPlane;
import dev.weft.testkit.control.ControlPlanes;
import dev.weft.testkit.control.Kubeconfig;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A whole Kubernetes on one machine: kube-apiserver with its controllers and scheduler. Nodes are
 * network namespaces on a bridge of the machine, each with a kubelet, a containerd with NRI, and
 * the real agent as its plugin. The kubelets start the pods. There is no cluster DNS and no
 * kube-proxy. Closing or killing it leaves nothing behind.
 *
 * <p>Scripts outside of this project start the Kubernetes programs; the variable {@code WEFT_KUBE}
 * names their folder. See docs/internals/lab.md.
 */
public final class KubeletLab implements AutoCloseable {
  /** The image on every node: busybox, without an entry point. */
  public static final String IMAGE = "docker.io/local/busybox:1";

  private static final String SCRIPTS = "WEFT_KUBE";
  private static final int START_SECONDS = 300;

  private final StateDirectory state;
  private final ControlPlane controlPlane;
  private final KubernetesClient client;
  private final Accounts accounts;
  private final List<KubeletNode> nodes;
  private @Nullable JavaProgram operator;

  private KubeletLab(StateDirectory state, ControlPlane controlPlane, int nodes) {
    this.state = state;
    this.controlPlane = controlPlane;
    this.client = controlPlane.kubeconfig().client();
    this.accounts = new Accounts(controlPlane, client);
    this.nodes =
        IntStream.rangeClosed(1, nodes).mapToObj(k -> KubeletNode.open(state, "node" + k)).toList();
  }

  /** What this machine lacks for a lab, for the user; empty if nothing. */
  public static Optional<String> missing() {
    String scripts = System.getenv().getOrDefault(SCRIPTS, "");
    if (scripts.isEmpty()) {
      return Optional.of(SCRIPTS + " names no folder with scripts that start kubelets");
    }
    return Files.isExecutable(Path.of(scripts, "node"))
        ? Optional.empty()
        : Optional.of("%s=%s holds no script called node".formatted(SCRIPTS, scripts));
  }

  /**
   * Starts Kubernetes and waits until its nodes are Ready; {@link #startWeft} adds operator and
   * agents. Requires that nothing is {@link #missing}.
   *
   * @param name 1 to 20 letters, digits or hyphens, unique on the machine
   */
  public static KubeletLab create(String name, int nodes) {
    StateDirectory state = StateDirectory.create(name);
    try {
      Path log = state.path().resolve("kubelets.log");
      Process up =
          new ProcessBuilder(
                  "bash",
                  state.path().resolve("kubelets").toString(),
                  "up",
                  state.path().toString(),
                  System.getenv(SCRIPTS),
                  Integer.toString(nodes))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      state.recordProcess(up);
      if (!up.waitFor(START_SECONDS, TimeUnit.SECONDS) || up.exitValue() != 0) {
        throw new IllegalStateException("no Kubernetes came up: " + Files.readString(log));
      }
      Path kubeconfig = state.path().resolve("kube/admin.kubeconfig");
      return new KubeletLab(
          state,
          ControlPlanes.start(
              Map.of("WEFT_KUBECONFIG", kubeconfig.toString()), state.path(), state::recordProcess),
          nodes);
    } catch (IOException e) {
      state.close();
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      state.close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
  }

  /**
   * Applies {@code install.yaml} of a folder without its workloads, and starts the operator and an
   * agent on each node with the rights that the file grants. Does not wait for them.
   *
   * @param agentOptions further options of {@code weft-agent run}
   */
  public void startWeft(Path manifests, String... agentOptions) {
    new Manifests(client, true).install(manifests);
    operator =
        JavaProgram.start(
            state,
            List.of(),
            operatorLog(),
            List.of(
                "dev.weft.operator.OperatorMain",
                "run",
                "--kubeconfig",
                written("operator", accounts.operator()).toString(),
                "--listen",
                "127.0.0.1:0"));
    for (KubeletNode node : nodes) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "dev.weft.agent.AgentMain",
                  "run",
                  "--node",
                  node.name(),
                  "--kubeconfig",
                  written(node.name(), accounts.agent(node.name())).toString(),
                  "--nri",
                  node.nri().toString(),
                  "--listen",
                  "127.0.0.1:" + Metrics.AGENT_PORT));
      command.addAll(List.of(agentOptions));
      node.agent(JavaProgram.start(state, node.entrance(), agentLog(node), command));
    }
  }

  /** Applies all documents of a YAML file, or of the YAML files of a folder in their order. */
  public List<HasMetadata> apply(Path source) {
    return new Manifests(client, true).apply(source);
  }

  /** A client with all rights. */
  public KubernetesClient client() {
    return client;
  }

  /** A kubeconfig with all rights, for kubectl on this machine. */
  public Path kubeconfig() {
    return state.path().resolve("kube/admin.kubeconfig");
  }

  /** The nodes, {@code node1} first. */
  public List<KubeletNode> nodes() {
    return nodes;
  }

  /** The node with this name. */
  public KubeletNode node(String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst().orElseThrow();
  }

  /** The operator's process. */
  public JavaProgram operator() {
    if (operator == null) {
      throw new IllegalStateException("the operator has not been started");
    }
    return operator;
  }

  /** File with the operator's output. */
  public Path operatorLog() {
    return state.path().resolve("operator.log");
  }

  /** File with the output of a node's agent. */
  public Path agentLog(KubeletNode node) {
    return state.path().resolve(node.name() + ".log");
  }

  /** Folder of all logs; those of the Kubernetes programs are below {@code kube}. */
  public Path directory() {
    return state.path();
  }

  private Path written(String name, Kubeconfig kubeconfig) {
    Path file = state.path().resolve(name + ".kubeconfig");
    kubeconfig.writeTo(file);
    return file;
  }

  @Override
  public void close() {
    client.close();
    nodes.forEach(node -> node.namespace().close());
    controlPlane.close();
    state.close();
  }
}
