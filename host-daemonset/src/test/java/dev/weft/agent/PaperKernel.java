package dev.weft.agent;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.agent.pass.NodeKernel;
import dev.weft.agent.services.BalancingTables;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A simulated data plane: every NodeSpec succeeds, except for given problems and drifts. It can be
 * broken, so that every pass throws.
 */
final class PaperKernel implements NodeKernel {
  final List<String> everDesired = new CopyOnWriteArrayList<>();
  final List<PassScope> passes = new CopyOnWriteArrayList<>();
  final Map<String, List<Problem>> problems = new ConcurrentHashMap<>();
  final Map<String, List<String>> drift = new ConcurrentHashMap<>();
  volatile boolean torn;
  volatile Set<InetAddress> peers = Set.of();
  volatile Map<String, String> desired = Map.of();
  volatile @Nullable UnderlayChoice asked;

  /** A pass waits for it. */
  volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

  volatile LocalVtep underlay =
      new LocalVtep.Found(InetAddress.ofLiteral("192.0.2.1"), "up0", 1500, List.of());

  @Override
  public ReconcileOutcome reconcile(
      NodeSpec nodeSpec, PassScope scope, Consumer<ReconcileOutcome> made) {
    passes.add(scope);
    gate.join();
    if (torn) {
      throw new IllegalStateException("the paper is torn");
    }
    peers = nodeSpec.peers();
    Map<String, NetworkOutcome> outcomes = new HashMap<>();
    Map<String, String> seen = new TreeMap<>();
    nodeSpec
        .networks()
        .forEach((name, network) -> {
          seen.put(name, text(network));
          List<String> repaired = drift.remove(name);
          outcomes.put(
              name,
              new NetworkOutcome(
                  List.of("paper-" + name),
                  problems.getOrDefault(name, List.of()),
                  repaired == null ? List.of() : repaired));
        });
    desired = Map.copyOf(seen);
    everDesired.addAll(seen.values());
    ReconcileOutcome outcome =
        new ReconcileOutcome(
            outcomes, Map.of(), List.of(), Optional.of(Set.of()), ReconcileOutcome.Keys.NONE);
    made.accept(outcome);
    return outcome;
  }

  @Override
  public List<Change> plan(NodeSpec nodeSpec) {
    return List.of();
  }

  @Override
  public LocalVtep underlay(UnderlayChoice choice) {
    asked = choice;
    return underlay;
  }

  @Override
  public BalancingTables balancingTables() {
    return (_, _) -> {
      throw new IllegalStateException("no packet filter on paper");
    };
  }

  private static String text(NetworkSpec network) {
    return "local %s remote %s"
        .formatted(
            new TreeSet<>(
                network.local().values().stream()
                    .map(each -> each.id() + " " + each.interfaceName() + " " + each.addresses())
                    .toList()),
            new TreeSet<>(
                network.remote().values().stream()
                    .map(each ->
                        each.address().getHostAddress() + " via " + each.vtep().getHostAddress())
                    .toList()));
  }
}
