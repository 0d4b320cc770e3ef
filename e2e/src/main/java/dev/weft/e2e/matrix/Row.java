package dev.weft.e2e.matrix;

import dev.weft.api.Conditions;
import dev.weft.api.Mesh;
import dev.weft.api.MeshSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SandboxReference;
import dev.weft.api.UnderlayBuilder;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.LabPod;
import dev.weft.e2e.lab.Script;
import dev.weft.e2e.lab.Wire;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** One kind of node: a lab of two such nodes, with a network of each kind and two pods on each. */
final class Row {
  private static final Duration STARTS = Duration.ofMinutes(3);

  /** Time limit for all networks of a node together to work or to be refused. */
  private static final Duration SETTLES = Duration.ofSeconds(60);

  /** Time after which a refusal counts, because temporary ones end earlier. */
  private static final Duration LASTS = Duration.ofSeconds(10);

  /** How often a node changes while its networks are in use. */
  private static final int CHANGES = 3;

  private final NodeKind kind;
  private final Lab lab;
  private final Cluster cluster;

  private Row(NodeKind kind, Lab lab) {
    this.kind = kind;
    this.lab = lab;
    this.cluster = new Cluster(lab.client());
  }

  /**
   * Builds the lab and tries every kind of network in it.
   *
   * @param labName name of the lab, see {@link Lab#create}
   * @param manifests their folder
   */
  static Map<NetworkKind, PairOutcome> of(NodeKind kind, String labName, Path manifests) {
    try (Lab lab = Lab.create(labName)) {
      Row row = new Row(kind, lab);
      row.start(manifests);
      Map<NetworkKind, PairOutcome> outcomes = row.settled();
      for (int change = 0; change < CHANGES && !kind.during().isEmpty(); change++) {
        lab.nodes().forEach(node -> require(node, kind.during()));
        outcomes = row.settled();
      }
      return outcomes;
    }
  }

  private void start(Path manifests) {
    lab.install(manifests);
    lab.startOperator();
    kind.underlay().ifPresent(this::setUnderlay);
    for (int number = 1; number <= 2; number++) {
      lab.addNode(node -> {
        lab.wire().setMtu(kind.wireMtu());
        require(node, kind.before());
      });
    }
    lab.nodes()
        .forEach(node -> await(node.name() + " is ready", () -> cluster.isNodeReady(node.name())));
    for (NetworkKind network : NetworkKind.all()) {
      var _ = lab.client().resource(network.resource()).create();
      addPod(first(network), network, 1);
      addPod(second(network), network, network.secondNode());
    }
  }

  private void setUnderlay(String block) {
    Mesh mesh = new Mesh();
    mesh.setMetadata(new ObjectMetaBuilder().withName(Names.MESH).build());
    mesh.setSpec(
        MeshSpecBuilder.builder()
            .underlay(UnderlayBuilder.builder().cidrs(List.of(block)).build())
            .build());
    var _ = lab.client().resource(mesh).create();
  }

  private static void require(LabNode node, String text) {
    int number = Integer.parseInt(node.name().substring("weft-".length()));
    Script done = Script.run(node.namespaceName(), "set -e\n" + NodeKind.variables(number) + text);
    if (done.status() != 0) {
      throw new MatrixFailed(
          "commands on %s failed: %s%n%s".formatted(node.name(), done.output(), text));
    }
  }

  private static String first(NetworkKind network) {
    return network.network() + "-a";
  }

  private static String second(NetworkKind network) {
    return network.network() + "-b";
  }

  private void addPod(String name, NetworkKind network, int node) {
    var _ = lab.client().resource(LabPod.of(name, "weft-" + node, network.network())).create();
  }

  /** Outcome of each network once no status changes any more. */
  private Map<NetworkKind, PairOutcome> settled() {
    Map<NetworkKind, PairOutcome> outcomes = new LinkedHashMap<>();
    Map<NetworkKind, Long> refusedAt = new LinkedHashMap<>();
    long end = System.nanoTime() + SETTLES.toNanos();
    boolean settled = false;
    while (!settled && System.nanoTime() < end) {
      settled = true;
      for (NetworkKind network : NetworkKind.all()) {
        if (outcomes.get(network) instanceof PairOutcome.Works) {
          continue;
        }
        PairOutcome outcome = outcome(network);
        outcomes.put(network, outcome);
        if (!(outcome instanceof PairOutcome.Refused)) {
          refusedAt.remove(network);
        }
        settled &=
            switch (outcome) {
              case PairOutcome.Works _ -> true;
              case PairOutcome.Refused _ ->
                  System.nanoTime() - refusedAt.computeIfAbsent(network, _ -> System.nanoTime())
                      > LASTS.toNanos();
              case PairOutcome.Broken _ -> false;
            };
      }
    }
    return outcomes;
  }

  private PairOutcome outcome(NetworkKind network) {
    for (String pod : List.of(first(network), second(network))) {
      if (!cluster.isRunning(pod)) {
        return refusedOr(network, "%s does not run: %s".formatted(pod, lab.attachError(pod)));
      }
    }
    OptionalInt mtu = FullFrame.mtu(sandbox(first(network)));
    if (mtu.isEmpty()) {
      return refusedOr(network, first(network) + " runs without an interface");
    }
    return lost(network, mtu.getAsInt())
        .map(to -> refusedOr(network, "full frames to %s are lost".formatted(to)))
        .orElseGet(() -> new PairOutcome.Works(mtu.getAsInt()));
  }

  /** The first address at which full frames do not arrive; empty if they arrive at all. */
  private Optional<String> lost(NetworkKind network, int mtu) {
    NetworkNamespace from = sandbox(first(network));
    for (InetAddress address : addresses(network, second(network))) {
      if (!FullFrame.arrives(from, sandbox(second(network)), address, mtu)) {
        return Optional.of(address.getHostAddress());
      }
    }
    boolean hasWayOut = network.driver() == NetworkKind.Driver.BRIDGE;
    return hasWayOut && !FullFrame.arrives(from, lab.wire().outside(), Wire.BEYOND, mtu)
        ? Optional.of("the world")
        : Optional.empty();
  }

  private NetworkNamespace sandbox(String pod) {
    return lab.sandbox(pod).orElseThrow();
  }

  private List<InetAddress> addresses(NetworkKind network, String pod) {
    List<InetAddress> addresses = new ArrayList<>();
    for (NetworkEndpoint endpoint : cluster.endpoints(network.network())) {
      SandboxReference sandbox = endpoint.getSpec().sandbox();
      if (sandbox != null && pod.equals(sandbox.pod())) {
        addresses.add(
            IpPrefix.parse(Objects.requireNonNull(endpoint.getSpec().address())).address());
      }
    }
    return addresses;
  }

  /** The obstacle in the network's status; {@code broken} if the status has none. */
  private PairOutcome refusedOr(NetworkKind network, String broken) {
    return Stream.of(Conditions.STALLED, Conditions.DEGRADED)
        .flatMap(type -> cluster.condition(network.network(), type).stream())
        .filter(condition -> Conditions.TRUE.equals(condition.getStatus()))
        .map(Condition::getMessage)
        .findFirst()
        .<PairOutcome>map(PairOutcome.Refused::new)
        .orElseGet(() -> new PairOutcome.Broken(broken));
  }

  private static void await(String what, Callable<Boolean> condition) {
    try {
      Awaitility.await(what).atMost(STARTS).until(condition);
    } catch (ConditionTimeoutException _) {
      throw new MatrixFailed("not within %d s: %s".formatted(STARTS.toSeconds(), what));
    }
  }
}
