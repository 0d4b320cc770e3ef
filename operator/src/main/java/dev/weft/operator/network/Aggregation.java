package dev.weft.operator.network;

import dev.weft.api.AddressCounts;
import dev.weft.api.Conditions;
import dev.weft.api.ConditionsDraft;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.Driver;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.IpAddress;
import dev.weft.api.Mode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NodeCounts;
import dev.weft.api.Reason;
import dev.weft.api.RolloutProgress;
import dev.weft.operator.network.AddressSpace.Fullness;
import dev.weft.operator.network.NodeReport.State;
import dev.weft.operator.node.NodeTexts;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Computes all conditions and counts in the status of a network. */
final class Aggregation {
  private final ObservedNetwork observed;
  private final List<Finding> findings;
  private final List<NodeReport> reports;
  private final NetworkProgress progress;
  private final Clock clock;

  /** A condition without the fields that all conditions of a network share. */
  private record ConditionDraft(String status, Reason reason, String message) {}

  Aggregation(
      ObservedNetwork observed, List<Finding> findings, NetworkProgress progress, Clock clock) {
    this.observed = observed;
    this.findings = findings;
    this.progress = progress;
    this.reports = progress.reports();
    this.clock = clock;
  }

  /** The status of the network with these values. */
  ContainerNetworkStatus status(Effective effective) {
    ConditionDraft ready = ready();
    ConditionDraft degraded = degraded();
    ConditionDraft stalled = stalled(degraded);
    ConditionDraft drifted = drifted();
    List<IpAddress> used = addresses(observed.endpoints());
    Optional<AddressSpace> space = space(effective);
    ConditionsDraft conditions = draft();
    conditions = put(conditions, Conditions.READY, ready);
    conditions = put(conditions, Conditions.RECONCILING, reconciling(ready, stalled));
    conditions = put(conditions, Conditions.STALLED, stalled);
    conditions = put(conditions, Conditions.DEGRADED, degraded);
    conditions = put(conditions, Conditions.DRIFTED, drifted);
    if (space.isPresent()) {
      ConditionDraft exhausted = exhausted(space.get().fullness(used), space.get().count(used));
      conditions = put(conditions, Conditions.ADDRESSES_EXHAUSTED, exhausted);
    }
    conditions = encrypted(conditions);
    return effective.onTo(
        ContainerNetworkStatusBuilder.builder()
            .observedGeneration(observed.network().getMetadata().getGeneration())
            .conditions(conditions.list())
            .nodes(counts())
            .rollout(progress.rollout())
            .addresses(space.map(each -> each.count(used)).orElse(null)));
  }

  private ConditionDraft ready() {
    Optional<Finding> mend = mend();
    List<String> failing = failing();
    if (mend.isPresent()) {
      return new ConditionDraft(
          Conditions.FALSE, mend.get().reason(), messages(Finding::needsUser));
    }
    if (reports.isEmpty()) {
      return unused();
    }
    List<String> waiting = waiting();
    if (isPlan()) {
      return waiting.isEmpty()
          ? new ConditionDraft(Conditions.FALSE, Reason.PLANNED, planned())
          : new ConditionDraft(
              Conditions.UNKNOWN, Reason.NODES_IN_PROGRESS, "dry run; " + NodeTexts.join(waiting));
    }
    if (progress.isHalted()) {
      return new ConditionDraft(Conditions.FALSE, Reason.ROLLOUT_HALTED, rollout(failing));
    }
    if (!failing.isEmpty()) {
      return new ConditionDraft(Conditions.FALSE, Reason.NODES_NOT_READY, progress(failing));
    }
    if (progress.isUnderWay()) {
      return new ConditionDraft(Conditions.UNKNOWN, Reason.ROLLOUT_IN_PROGRESS, rollout(waiting));
    }
    return waiting.isEmpty()
        ? new ConditionDraft(
            Conditions.TRUE,
            Reason.ALL_NODES_READY,
            "all %d nodes carry it".formatted(ready(reports)))
        : new ConditionDraft(Conditions.UNKNOWN, Reason.NODES_IN_PROGRESS, progress(waiting));
  }

  /** Condition Ready of a network that no node should carry now. */
  private ConditionDraft unused() {
    if (selectsNothing()) {
      return new ConditionDraft(Conditions.FALSE, Reason.NO_MATCHING_NODE, noMatchingNode());
    }
    return observed.driver() == Driver.OVERLAY
        ? new ConditionDraft(
            Conditions.TRUE,
            Reason.NO_NODES,
            "no pod uses the network yet; a node carries it as soon as one does")
        : new ConditionDraft(
            Conditions.UNKNOWN,
            Reason.NO_AGENTS,
            "Weft's agent runs on none of its nodes yet; see the DaemonSet weft-agent");
  }

  private boolean selectsNothing() {
    Map<String, String> selector = observed.spec().nodeSelector();
    return selector != null
        && !selector.isEmpty()
        && observed.nodes().stream().noneMatch(observed::selects);
  }

  private String noMatchingNode() {
    return "spec.nodeSelector: no node has the labels %s; change the selector, or label a node"
        .formatted(observed.spec().nodeSelector());
  }

  private boolean isPlan() {
    return Mode.isPlan(observed.spec().mode());
  }

  private String planned() {
    return "dry run: %s; see status.plan of the HostNetworks, and set spec.mode: Apply to build it"
        .formatted(NodeTexts.join(reports.stream().map(Aggregation::describe).toList()));
  }

  private String rollout(List<String> behind) {
    RolloutProgress rollout = Objects.requireNonNull(progress.rollout());
    return "revision %d has reached %d of %d nodes, %d at a time; %s"
        .formatted(
            observed.network().getMetadata().getGeneration(),
            rollout.updated(),
            reports.size(),
            rollout.atOnce(),
            NodeTexts.join(behind));
  }

  private ConditionDraft reconciling(ConditionDraft ready, ConditionDraft stalled) {
    if (stalled.status().equals(Conditions.TRUE)) {
      return new ConditionDraft(Conditions.FALSE, Reason.STALLED, "waits for a change by the user");
    }
    return ready.status().equals(Conditions.TRUE) || ready.reason() == Reason.PLANNED
        ? new ConditionDraft(Conditions.FALSE, Reason.DONE, "nothing is left to do")
        : new ConditionDraft(Conditions.TRUE, ready.reason(), ready.message());
  }

  private ConditionDraft stalled(ConditionDraft degraded) {
    Optional<Finding> mend = mend();
    if (mend.isPresent()) {
      return new ConditionDraft(Conditions.TRUE, mend.get().reason(), messages(Finding::needsUser));
    }
    if (reports.isEmpty() && selectsNothing()) {
      return new ConditionDraft(Conditions.TRUE, Reason.NO_MATCHING_NODE, noMatchingNode());
    }
    List<String> stuck =
        reports.stream()
            .filter(each -> each.state() instanceof State.Failing failing && failing.needsUser())
            .map(Aggregation::describe)
            .toList();
    return stuck.isEmpty()
        ? new ConditionDraft(
            Conditions.FALSE,
            Reason.NOT_STALLED,
            degraded.status().equals(Conditions.TRUE)
                ? "the network itself waits for no change; Degraded says what is wrong"
                : "nothing waits for the user")
        : new ConditionDraft(Conditions.TRUE, Reason.NODE_STALLED, NodeTexts.join(stuck));
  }

  private ConditionDraft degraded() {
    List<Finding> shortcomings = findings.stream().filter(each -> !each.refuses()).toList();
    if (!shortcomings.isEmpty()) {
      return new ConditionDraft(
          Conditions.TRUE, shortcomings.getFirst().reason(), messages(each -> !each.refuses()));
    }
    List<String> failing = failing();
    if (progress.isHalted()) {
      return new ConditionDraft(Conditions.TRUE, Reason.ROLLOUT_HALTED, rollout(failing));
    }
    if (!failing.isEmpty()) {
      return new ConditionDraft(Conditions.TRUE, Reason.NODES_NOT_READY, progress(failing));
    }
    List<String> impairments = onNodes(NodeReport::impairment);
    return impairments.isEmpty()
        ? new ConditionDraft(Conditions.FALSE, Reason.NOT_DEGRADED, "no node fails")
        : new ConditionDraft(Conditions.TRUE, Reason.NODE_IMPAIRED, NodeTexts.join(impairments));
  }

  private List<String> onNodes(Function<NodeReport, @Nullable String> text) {
    return reports.stream()
        .filter(each -> text.apply(each) != null)
        .map(each -> each.node() + ": " + text.apply(each))
        .toList();
  }

  private ConditionDraft drifted() {
    List<String> drifts = onNodes(NodeReport::drift);
    return drifts.isEmpty()
        ? new ConditionDraft(Conditions.FALSE, Reason.IN_SYNC, "nodes are as Weft built them")
        : new ConditionDraft(Conditions.TRUE, Reason.CHANGED_ON_NODE, NodeTexts.join(drifts));
  }

  private ConditionsDraft encrypted(ConditionsDraft conditions) {
    return isRefused()
        ? conditions
        : EncryptionSupport.of(observed)
            .map(each ->
                conditions.with(Conditions.ENCRYPTED, each.status(), each.reason(), each.message()))
            .orElseGet(() -> conditions.without(Conditions.ENCRYPTED));
  }

  private static ConditionDraft exhausted(Fullness fullness, AddressCounts counts) {
    return switch (fullness) {
      case ROOMY ->
          new ConditionDraft(
              Conditions.FALSE, Reason.ADDRESSES_FREE, "more than a quarter is free");
      case NEARLY_FULL ->
          new ConditionDraft(
              Conditions.FALSE,
              Reason.NEARLY_EXHAUSTED,
              "a quarter or less is free; a larger subnet needs a new network");
      case FULL ->
          new ConditionDraft(
              Conditions.TRUE,
              Reason.EXHAUSTED,
              "all addresses are in use (%d); no pod can attach until one is released"
                  .formatted(counts.used()));
    };
  }

  private Optional<Finding> mend() {
    return findings.stream().filter(Finding::needsUser).min(Comparator.comparing(Finding::gravity));
  }

  private String messages(Predicate<Finding> which) {
    return String.join(
        ". ", findings.stream().filter(which).map(Finding::message).distinct().toList());
  }

  private List<String> failing() {
    return reports.stream()
        .filter(each -> each.state() instanceof State.Failing)
        .map(Aggregation::describe)
        .toList();
  }

  private List<String> waiting() {
    return reports.stream()
        .filter(each -> each.state() instanceof State.Waiting)
        .map(Aggregation::describe)
        .toList();
  }

  private static String describe(NodeReport report) {
    return switch (report.state()) {
      case State.Ready() -> report.node();
      case State.Waiting(String why) -> report.node() + ": " + why;
      case State.Failing(String why, boolean needsUser) -> report.node() + ": " + why;
      case State.Planned(int changes) -> "%s: %d changes".formatted(report.node(), changes);
    };
  }

  private String progress(List<String> behind) {
    return "%d of %d nodes carry it; %s"
        .formatted(ready(reports), reports.size(), NodeTexts.join(behind));
  }

  private NodeCounts counts() {
    int ready = ready(reports);
    return new NodeCounts(reports.size(), ready, ready + "/" + reports.size());
  }

  private static int ready(List<NodeReport> reports) {
    return (int) reports.stream().filter(each -> each.state() instanceof State.Ready).count();
  }

  private Optional<AddressSpace> space(Effective effective) {
    List<EffectiveSubnet> held = effective.subnets();
    return held == null || isRefused()
        ? Optional.empty()
        : Optional.of(AddressSpace.of(held, observed.spec().subnets()));
  }

  private boolean isRefused() {
    return findings.stream().anyMatch(Finding::refuses);
  }

  private ConditionsDraft draft() {
    ContainerNetworkStatus status = observed.network().getStatus();
    return ConditionsDraft.from(
        status == null ? null : status.conditions(),
        observed.network().getMetadata().getGeneration(),
        clock);
  }

  private static ConditionsDraft put(ConditionsDraft conditions, String type, ConditionDraft said) {
    return conditions.with(type, said.status(), said.reason(), said.message());
  }

  private static List<IpAddress> addresses(List<NetworkEndpoint> endpoints) {
    List<IpAddress> addresses = new ArrayList<>();
    endpoints.stream()
        .map(each -> each.getSpec().address())
        .filter(Objects::nonNull)
        .flatMap(Aggregation::parse)
        .distinct()
        .forEach(addresses::add);
    return addresses;
  }

  private static Stream<IpAddress> parse(String address) {
    int slash = address.indexOf('/');
    try {
      return Stream.of(IpAddress.parse(slash < 0 ? address : address.substring(0, slash)));
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }
}
