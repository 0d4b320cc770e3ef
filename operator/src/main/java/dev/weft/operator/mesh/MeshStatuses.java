package dev.weft.operator.mesh;

import dev.weft.api.Conditions;
import dev.weft.api.ConditionsDraft;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Driver;
import dev.weft.api.Mesh;
import dev.weft.api.MeshMembers;
import dev.weft.api.MeshStatus;
import dev.weft.api.Reason;
import dev.weft.api.validation.Validation;
import dev.weft.api.validation.Violation;
import dev.weft.operator.node.NodeTexts;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Computes the status of a Mesh. */
final class MeshStatuses {
  private MeshStatuses() {}

  /** Number of nodes in the mesh, and of overlay networks. */
  record Counts(int nodes, int networks) {}

  /** Why nodes cannot reach each other. */
  record Flaw(Reason reason, String why) {}

  /** Conflict of nodes that claim a VTEP address or key of another node. */
  static Optional<Flaw> conflict(MeshMembers.Settled settled) {
    return settled.refused().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Flaw(
                Reason.NODE_CONFLICT,
                NodeTexts.join(
                    settled.refused().values().stream().map(MeshMembers.Conflict::why).toList())));
  }

  /**
   * Status of a mesh, Degraded if its nodes cannot all reach each other.
   *
   * @param flaw why they cannot; empty: they can
   */
  static MeshStatus of(Mesh mesh, Counts counts, Keys keys, Optional<Flaw> flaw, Clock clock) {
    MeshStatus status = of(mesh, counts, keys, clock);
    if (flaw.isEmpty()) {
      return status;
    }
    MeshStatus old = mesh.getStatus();
    Long generation = mesh.getMetadata().getGeneration();
    boolean known = old != null && Conditions.isTrue(old.conditions(), Conditions.DEGRADED);
    ConditionsDraft conditions =
        ConditionsDraft.from(
            known ? withDegraded(status, old) : status.conditions(), generation, clock);
    return new MeshStatus(
        generation,
        conditions
            .with(Conditions.DEGRADED, Conditions.TRUE, flaw.get().reason(), flaw.get().why())
            .list(),
        status.nodes(),
        status.networks(),
        status.keys());
  }

  /** Keeps the transition time of an existing condition Degraded. */
  private static List<Condition> withDegraded(MeshStatus status, MeshStatus old) {
    List<Condition> all = new ArrayList<>();
    Objects.requireNonNullElse(status.conditions(), List.<Condition>of()).stream()
        .filter(each -> !Conditions.DEGRADED.equals(each.getType()))
        .forEach(all::add);
    Conditions.find(old.conditions(), Conditions.DEGRADED).ifPresent(all::add);
    return all;
  }

  static MeshStatus of(Mesh mesh, Counts counts, Keys keys, Clock clock) {
    String problem = problem(mesh);
    boolean fine = problem.isEmpty();
    Reason reason = fine ? Reason.VALID : Reason.INVALID;
    String message = fine ? "in effect" : problem;
    Long generation = mesh.getMetadata().getGeneration();
    MeshStatus old = mesh.getStatus();
    ConditionsDraft conditions =
        ConditionsDraft.from(old == null ? null : old.conditions(), generation, clock)
            .with(Conditions.READY, fine ? Conditions.TRUE : Conditions.FALSE, reason, message)
            .with(Conditions.STALLED, fine ? Conditions.FALSE : Conditions.TRUE, reason, message);
    List<Condition> all =
        KeyConditions.add(conditions, keys.state(), keys.waiting(), keys.refused()).list();
    return new MeshStatus(generation, all, counts.nodes(), counts.networks(), keys.state());
  }

  static boolean isOverlay(ContainerNetwork network) {
    return network.getSpec() != null
        && Driver.of(network.getSpec().driver()).equals(Optional.of(Driver.OVERLAY));
  }

  private static String problem(Mesh mesh) {
    return Validation.of(mesh).stream().map(Violation::toString).collect(Collectors.joining(". "));
  }
}
