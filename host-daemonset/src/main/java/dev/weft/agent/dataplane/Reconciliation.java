package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.apply.Apply;
import dev.weft.agent.dataplane.apply.StuckDevices;
import dev.weft.agent.dataplane.drift.DriftWatch;
import dev.weft.agent.dataplane.drift.LastApplied;
import dev.weft.agent.dataplane.drift.Repairs;
import dev.weft.agent.dataplane.drift.SandboxLosses;
import dev.weft.agent.dataplane.ipsec.NodeKeys;
import dev.weft.agent.dataplane.kernel.DeviceIndexes;
import dev.weft.agent.dataplane.kernel.ForeignPort;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.IpsecTables;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.Plan;
import dev.weft.agent.dataplane.model.State;
import dev.weft.agent.dataplane.spec.KeySpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.netlink.rtnl.Netlink;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs passes (desired → observed → plan → apply) and keeps state between them. Not thread-safe.
 */
final class Reconciliation {
  private final HostKernel kernel;
  private final NodeKeys keys;
  private final DeviceIndexes indexes = new DeviceIndexes();
  private final SandboxInterfaces interfaces = new SandboxInterfaces();
  private final PassPlanner planner;
  private final TableRestorer tables;
  private final SandboxLosses losses = new SandboxLosses();
  private final Firewall firewall;
  private @Nullable LastPass last;
  private Observation.@Nullable View seen;
  private Set<String> stuck = Set.of();
  private boolean shut;

  /** Whether the pass reads the whole kernel. */
  private boolean looked;

  Reconciliation(HostKernel kernel, NodeKeys keys) {
    this.kernel = kernel;
    this.keys = keys;
    planner = new PassPlanner(kernel, keys, indexes, interfaces);
    tables = new TableRestorer(kernel);
    firewall = new Firewall(kernel, interfaces);
  }

  /** {@link DataPlane#reconcile(NodeSpec, PassScope, Consumer)}. */
  ReconcileOutcome reconcile(NodeSpec spec, PassScope scope, Consumer<ReconcileOutcome> made) {
    LastPass known = last;
    if (known != null
        && scope instanceof PassScope.Part part
        && part.isEndpointsAlone()
        && known.carries(spec, part.endpoints())) {
      Optional<ReconcileOutcome> outcome = endpoints(spec, known, part.endpoints(), made);
      if (outcome.isPresent()) {
        return outcome.get();
      }
      // The kernel differs from the last pass: read all of it.
    }
    Set<String> all = spec.networks().keySet();
    looked = false;
    ReconcileOutcome outcome =
        switch (scope) {
          case PassScope.Everything _ -> whole(spec, all);
          case PassScope.Part part when part.isKeysAlone() -> keys(spec);
          case PassScope.Part part -> whole(spec, known == null ? all : part.names());
        };
    made.accept(outcome);
    LastPass left = last;
    // announcements must not delay those that wait for the changes
    return looked && left != null ? outcome.with(firewall.look(spec, left)) : outcome;
  }

  /** Excludes what only the running process holds, such as sockets. */
  List<Change> plan(NodeSpec spec) {
    return planner.plan(spec, last, stuck).changes().stream()
        .filter(change -> !(change instanceof Change.Create(IpsecItem.EspPort _)))
        .toList();
  }

  /** Reopens the UDP ports at which an earlier agent received ESP. */
  void resume() {
    kernel.espPorts().resume(kernel.ipsec().states());
  }

  /** Detects drift from what the last pass left; empty before the first one. */
  Optional<DriftWatch.Judge> judge() {
    return Optional.ofNullable(last)
        .map(each ->
            new DriftJudge(
                kernel, each, indexes, tables, interfaces, losses, Optional.ofNullable(seen)));
  }

  /** Files of the sandboxes with items of Weft. */
  Set<String> sandboxes() {
    LastPass left = last;
    return left == null ? Set.of() : left.applied().sandboxes();
  }

  /** Reads the node for the choice of its underlay, and remembers it to detect later changes. */
  Observation.View lookAround() {
    Netlink netlink = kernel.netlink();
    seen = new Observation.View(netlink.links(), netlink.addresses(), netlink.routes());
    return seen;
  }

  /**
   * Reads everything and repairs all of it. Drift that this pass saw but did not repair would count
   * as the state it left.
   *
   * @param names networks that the outcome must include
   */
  private ReconcileOutcome whole(NodeSpec spec, Set<String> names) {
    Set<String> before = stuck;
    ReconcileOutcome outcome = look(spec, names);
    // a second look updates the packet filter to devices that stayed or went at last, and repairs
    // what a foreign port changed before it was shut
    return stuck.equals(before) && !shut ? outcome : outcome.then(look(spec, names));
  }

  private ReconcileOutcome look(NodeSpec spec, Set<String> names) {
    looked = true;
    PassPlan plan = planner.plan(spec, last, stuck);
    Map<String, List<String>> repaired =
        repairs(last, plan.changes(), plan.target(), plan.observed());
    losses
        .repairs(plan.changes())
        .forEach(
            (uid, lines) -> repaired.computeIfAbsent(uid, _ -> new ArrayList<>()).addAll(lines));
    losses.clear();
    List<String> restored = tables.drain();
    if (!restored.isEmpty()) {
      repaired.computeIfAbsent(Owner.NODE.uid(), _ -> new ArrayList<>()).addAll(restored);
    }
    shut = shut(plan, repaired);
    indexes.replace(plan.observation().node().links());
    interfaces.note(plan.observation().sandboxes().values());
    Map<Change, RuntimeException> failures =
        apply(spec, plan.keys(), plan.changes(), plan.observation().sandboxes());
    LastPass left = remember(spec, plan, failures.keySet());
    stuck = StuckDevices.of(failures.keySet());
    return new OutcomeReport(kernel, spec, left)
        .of(
            OutcomeReport.concerned(spec, names, plan.changes(), repaired.keySet()),
            new OutcomeReport.Made(
                plan.changes(), failures, repaired, Optional.of(left.standing())),
            keys.outcome());
  }

  private static Map<String, List<String>> repairs(
      @Nullable LastPass last, List<Change> changes, State desired, State observed) {
    return last == null ? new HashMap<>() : Repairs.of(last.applied(), changes, desired, observed);
  }

  /** Shuts foreign ports of Weft's bridges; returns whether there were any. */
  private boolean shut(PassPlan plan, Map<String, List<String>> repaired) {
    List<ForeignPort> ports =
        ForeignPort.open(plan.observation().node(), plan.desired().foreign(), plan.observed());
    for (ForeignPort port : ports) {
      port.shut(kernel)
          .ifPresent(line ->
              repaired
                  .computeIfAbsent(port.bridge().owner().uid(), _ -> new ArrayList<>())
                  .add(line));
    }
    return !ports.isEmpty();
  }

  private LastPass remember(NodeSpec spec, PassPlan plan, Set<Change> failed) {
    List<Change> made = plan.changes().stream().filter(change -> !failed.contains(change)).toList();
    Set<Integer> shut =
        LastPass.shutPorts(
            spec, last == null ? Set.of() : last.shut(), plan.observation().node().links(), stuck);
    LastPass left = LastPass.of(spec, plan, LastApplied.of(plan.after(made)), shut);
    interfaces.retain(SandboxInterfaces.sandboxes(spec, left.applied()).keySet());
    last = left;
    return left;
  }

  /** Stores the keys that the changes need, then makes the changes. */
  private Map<Change, RuntimeException> apply(
      NodeSpec spec,
      NodeKeys.Draft draft,
      List<Change> changes,
      Map<String, Observation.Sight> seen) {
    Apply.Secrets secrets =
        new Apply.Secrets(
            spec.encryptedPorts(),
            draft.secrets(),
            spec.keys().map(KeySpec::volume).orElse(Long.MAX_VALUE));
    try (Apply apply = new Apply(kernel, indexes, secrets, stuck)) {
      seen.forEach((file, sight) -> sight.view().ifPresent(view -> apply.know(file, view)));
      try {
        keys.store(spec, draft);
      } catch (UncheckedIOException e) {
        changes.stream()
            .filter(Reconciliation::isOfIpsec)
            .forEach(change -> apply.refuse(change, e));
      }
      Map<Change, RuntimeException> failures = apply.run(changes);
      interfaces.note(changes, apply);
      apply.announce(changes);
      keys.made(spec, draft, failures.keySet().stream().noneMatch(Reconciliation::isOfIpsec));
      return failures;
    }
  }

  private static boolean isOfIpsec(Change change) {
    return change.uid().equals(Owner.ENCRYPTION.uid());
  }

  /** Reads only the IPsec tables, and repairs them. */
  private ReconcileOutcome keys(NodeSpec spec) {
    LastPass known = last;
    Set<String> names = spec.encrypted();
    if (known == null || !known.shut().equals(spec.encryptedPorts())) {
      return whole(spec, names);
    }
    IpsecTables ipsec = kernel.ipsec();
    NodeKeys.Draft draft = keys.draft(spec, known.shut(), ipsec);
    State desired = State.of(draft.items());
    State observed = State.of(ipsec.items());
    List<Change> changes = Plan.between(desired, observed);
    Map<String, List<String>> repaired = repairs(known, changes, desired, observed);
    Map<Change, RuntimeException> failures = apply(spec, draft, changes, Map.of());
    if (!failures.isEmpty()) {
      return whole(spec, names);
    }
    known.applied().replace(known.applied().of(Owner.ENCRYPTION), desired);
    return new OutcomeReport(kernel, spec, known)
        .of(
            changes.isEmpty() ? Set.of() : names,
            new OutcomeReport.Made(changes, failures, repaired, Optional.empty()),
            keys.outcome());
  }

  /** Applies endpoint changes of networks that the kernel carries; empty if that failed. */
  private Optional<ReconcileOutcome> endpoints(
      NodeSpec spec,
      LastPass known,
      Map<String, Set<String>> endpoints,
      Consumer<ReconcileOutcome> made) {
    try (Apply apply = new Apply(kernel, indexes, Apply.Secrets.NONE, stuck)) {
      EndpointFastPath path = new EndpointFastPath(spec, known, interfaces, apply);
      List<Change> changes = path.plan(endpoints);
      Map<Change, RuntimeException> failures = apply.run(changes);
      interfaces.note(changes, apply);
      if (!failures.isEmpty()) {
        return Optional.empty();
      }
      path.made();
      ReconcileOutcome outcome =
          new OutcomeReport(kernel, spec, known)
              .of(
                  endpoints.keySet(),
                  new OutcomeReport.Made(
                      changes, failures, losses.repairs(changes), Optional.empty()),
                  keys.outcome());
      made.accept(outcome);
      apply.announce(changes);
      if (!failures.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(outcome.with(firewall.lookAtNew(spec, known, endpoints.keySet())));
    }
  }
}
