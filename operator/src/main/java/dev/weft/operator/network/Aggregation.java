package dev.weft.operator.network;

import dev.weft.api.AddressCounts;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.Driver;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NodeCounts;
import dev.weft.operator.network.AddressSpace.Fullness;
import dev.weft.operator.network.Finding.Gravity;
import dev.weft.operator.network.NodeReport.State;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sums up a network: the one place where its conditions and counts are made. */
final class Aggregation {
  private static final int NAMED_NODES = 3;

  private final Observed observed;
  private final List<Finding> findings;
  private final List<NodeReport> reports;
  private final Clock clock;

  /** A condition but for what all conditions of a network share. */
  private record Said(String status, String reason, String message) {}

  Aggregation(Observed observed, List<Finding> findings, List<NodeReport> reports, Clock clock) {
    this.observed = observed;
    this.findings = findings;
    this.reports = reports;
    this.clock = clock;
  }

  /** The status of the network with these values. */
  ContainerNetworkStatus status(Effective effective) {
    Said ready = ready();
    Said stalled = stalled();
    Said degraded = degraded();
    Said drifted = drifted();
    List<IpAddress> used = addresses(observed.endpoints());
    Optional<AddressSpace> space = space(effective);
    List<Condition> conditions = old();
    conditions = put(conditions, Conditions.READY, ready);
    conditions = put(conditions, Conditions.RECONCILING, reconciling(ready, stalled));
    conditions = put(conditions, Conditions.STALLED, stalled);
    conditions = put(conditions, Conditions.DEGRADED, degraded);
    conditions = put(conditions, Conditions.DRIFTED, drifted);
    if (space.isPresent()) {
      Said exhausted = exhausted(space.get().fullness(used), space.get().count(used));
      conditions = put(conditions, Conditions.ADDRESSES_EXHAUSTED, exhausted);
    }
    return effective.onTo(
        ContainerNetworkStatusBuilder.builder()
            .observedGeneration(observed.network().getMetadata().getGeneration())
            .conditions(conditions)
            .nodes(counts())
            .addresses(space.map(each -> each.count(used)).orElse(null)));
  }

  private Said ready() {
    Optional<Finding> mend = mend();
    List<String> failing = failing();
    if (mend.isPresent()) {
      return new Said(Conditions.FALSE, mend.get().reason(), messages(Finding::needsUser));
    }
    if (reports.isEmpty()) {
      return observed.driver() == Driver.OVERLAY
          ? new Said(
              Conditions.TRUE,
              "NoNodes",
              "no pod uses the network yet; a node carries it as soon as one does")
          : new Said(
              Conditions.FALSE,
              "NoNodes",
              "no node carries the network; nodeSelector must match a node on which Weft's agent"
                  + " runs");
    }
    if (!failing.isEmpty()) {
      return new Said(Conditions.FALSE, "NodesNotReady", progress(failing));
    }
    List<String> waiting = waiting();
    return waiting.isEmpty()
        ? new Said(
            Conditions.TRUE, "AllNodesReady", "all %d nodes carry it".formatted(ready(reports)))
        : new Said(Conditions.UNKNOWN, "NodesInProgress", progress(waiting));
  }

  private Said reconciling(Said ready, Said stalled) {
    if (stalled.status().equals(Conditions.TRUE)) {
      return new Said(Conditions.FALSE, "Stalled", "waits for a change by the user");
    }
    return ready.status().equals(Conditions.TRUE) || reports.isEmpty()
        ? new Said(Conditions.FALSE, "Done", "nothing is left to do")
        : new Said(Conditions.TRUE, ready.reason(), ready.message());
  }

  private Said stalled() {
    Optional<Finding> mend = mend();
    if (mend.isPresent()) {
      return new Said(Conditions.TRUE, mend.get().reason(), messages(Finding::needsUser));
    }
    List<String> stuck =
        reports.stream()
            .filter(each -> each.state() instanceof State.Failing failing && failing.needsUser())
            .map(Aggregation::describe)
            .toList();
    return stuck.isEmpty()
        ? new Said(Conditions.FALSE, "NotStalled", "nothing waits for the user")
        : new Said(Conditions.TRUE, "NodeStalled", join(stuck));
  }

  private Said degraded() {
    List<Finding> shortcomings = findings.stream().filter(each -> !each.refuses()).toList();
    if (!shortcomings.isEmpty()) {
      return new Said(
          Conditions.TRUE, shortcomings.getFirst().reason(), messages(each -> !each.refuses()));
    }
    List<String> failing = failing();
    return failing.isEmpty()
        ? new Said(Conditions.FALSE, "NotDegraded", "no node fails")
        : new Said(Conditions.TRUE, "NodesNotReady", progress(failing));
  }

  private Said drifted() {
    List<String> drifts =
        reports.stream()
            .filter(each -> each.drift() != null)
            .map(each -> each.node() + ": " + each.drift())
            .toList();
    return drifts.isEmpty()
        ? new Said(Conditions.FALSE, "InSync", "nodes are as Weft built them")
        : new Said(Conditions.TRUE, "ChangedOnNode", join(drifts));
  }

  private static Said exhausted(Fullness fullness, AddressCounts counts) {
    return switch (fullness) {
      case ROOMY -> new Said(Conditions.FALSE, "AddressesFree", "more than a quarter is free");
      case NEARLY_FULL ->
          new Said(
              Conditions.FALSE,
              "NearlyExhausted",
              "a quarter or less is free; a larger subnet needs a new network");
      case FULL ->
          new Said(
              Conditions.TRUE,
              "Exhausted",
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
    };
  }

  private String progress(List<String> behind) {
    return "%d of %d nodes carry it; %s".formatted(ready(reports), reports.size(), join(behind));
  }

  private static String join(List<String> items) {
    String named = String.join("; ", items.subList(0, Math.min(NAMED_NODES, items.size())));
    return items.size() <= NAMED_NODES
        ? named
        : "%s; and %d more".formatted(named, items.size() - NAMED_NODES);
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
    boolean refused = findings.stream().anyMatch(each -> each.gravity() == Gravity.REFUSES);
    return held == null || refused
        ? Optional.empty()
        : Optional.of(AddressSpace.of(held, observed.spec().subnets()));
  }

  private List<Condition> old() {
    ContainerNetworkStatus status = observed.network().getStatus();
    return status == null || status.conditions() == null ? List.of() : status.conditions();
  }

  private List<Condition> put(List<Condition> conditions, String type, Said said) {
    @Nullable Long generation = observed.network().getMetadata().getGeneration();
    return Conditions.merge(
        conditions,
        Conditions.of(type, said.status(), said.reason(), said.message(), generation, clock));
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
