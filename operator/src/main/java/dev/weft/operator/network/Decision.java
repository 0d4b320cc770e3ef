package dev.weft.operator.network;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.Driver;
import dev.weft.api.HostNetworks;
import dev.weft.api.Reason;
import dev.weft.api.RolloutProgress;
import dev.weft.api.validation.Validation;
import dev.weft.api.validation.Violation;
import dev.weft.operator.allocation.AddressPools;
import dev.weft.operator.allocation.AllocationOutcome;
import dev.weft.operator.allocation.AllocationRefusal;
import dev.weft.operator.allocation.Allocator;
import dev.weft.operator.allocation.NetworkAllocation;
import dev.weft.operator.mesh.MeshSettings;
import dev.weft.operator.network.Finding.Gravity;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Status to record for a network, and changes to make to its HostNetworks.
 *
 * @param status status to record before any change
 */
record Decision(ContainerNetworkStatus status, HostNetworkChanges hostNetworks) {

  /** Allocates for a network, which must be valid. */
  @FunctionalInterface
  interface Allocation {
    AllocationOutcome allocate(ContainerNetwork network, AddressPools pools);
  }

  static Decision of(ObservedNetwork observed, Allocation allocation, Clock clock) {
    List<Finding> findings = new ArrayList<>(Findings.of(observed));
    Optional<Effective> effective =
        findings.isEmpty() ? allocate(observed, allocation, findings) : Optional.empty();
    return effective.isPresent()
        ? granted(observed, effective.get(), findings, clock)
        : refused(observed, findings, clock);
  }

  private static Optional<Effective> allocate(
      ObservedNetwork observed, Allocation allocation, List<Finding> findings) {
    List<Violation> meshProblems =
        observed.mesh() == null ? List.of() : Validation.of(observed.mesh());
    if (!meshProblems.isEmpty() && !HostNetworks.isAllocated(observed.network())) {
      findings.add(meshInvalid(meshProblems));
      return Optional.empty();
    }
    // an allocated network keeps its values even if the Mesh becomes invalid
    MeshSettings settings = MeshSettings.of(meshProblems.isEmpty() ? observed.mesh() : null);
    Effective recorded = Effective.recorded(observed.network().getStatus());
    AddressPools pools = settings.pools(UsedBlocks.of(observed));
    return switch (allocation.allocate(observed.network(), pools)) {
      case AllocationOutcome.Granted(NetworkAllocation grant) -> {
        if (!NetworkAllocation.recorded(observed.network().getStatus()).subnets().isEmpty()) {
          Allocator.conflicts(observed.driver(), grant, pools)
              .forEach(each -> findings.add(finding(each, Gravity.DEGRADES)));
        }
        tooLarge(observed).ifPresent(findings::add);
        EncryptionSupport.impossible(observed)
            .map(why -> new Finding(Reason.NODE_CANNOT_ENCRYPT, why, Gravity.STALLS))
            .ifPresent(findings::add);
        Effective effective = Effective.of(observed, grant, settings);
        yield Optional.of(meshProblems.isEmpty() ? effective : effective.withPort(recorded.port()));
      }
      case AllocationOutcome.Refused(List<AllocationRefusal> refusals) -> {
        refusals.forEach(each -> findings.add(finding(each, Gravity.REFUSES)));
        yield Optional.empty();
      }
    };
  }

  private static Decision granted(
      ObservedNetwork observed, Effective effective, List<Finding> findings, Clock clock) {
    ContainerNetwork network = withStatus(observed.network(), effective);
    Targets targets = Targets.of(observed, network);
    return new Decision(
        new Aggregation(observed, findings, targets.progress(), clock).status(effective),
        targets.hostNetworks());
  }

  private static Decision refused(ObservedNetwork observed, List<Finding> findings, Clock clock) {
    List<NodeReport> reports =
        observed.hostNetworks().stream()
            .map(ObservedNetwork::nodeOf)
            .map(observed::node)
            .map(NodeReport::withoutHostNetwork)
            .toList();
    ContainerNetworkStatus old = observed.network().getStatus();
    RolloutProgress rollout = old == null ? null : old.rollout();
    return new Decision(
        new Aggregation(observed, findings, new NetworkProgress(reports, null, rollout), clock)
            .status(Effective.recorded(observed.network().getStatus())),
        HostNetworkChanges.NONE);
  }

  private static Finding meshInvalid(List<Violation> problems) {
    return new Finding(
        Reason.MESH_INVALID,
        "nothing can be allocated while the Mesh is invalid: "
            + problems.stream().map(Violation::toString).collect(Collectors.joining(". ")),
        Gravity.REFUSES);
  }

  private static Optional<Finding> tooLarge(ObservedNetwork observed) {
    Integer asked = observed.spec().mtu();
    return asked == null || observed.driver() != Driver.OVERLAY
        ? Optional.empty()
        : OverlayMtu.of(observed)
            .filter(fits -> fits.bytes() < asked)
            .map(fits ->
                new Finding(
                    Reason.MTU_TOO_LARGE,
                    "spec.mtu: %d does not fit into the tunnels of node %s; set it to %d or less, or leave it out"
                        .formatted(asked, fits.node(), fits.bytes()),
                    Gravity.STALLS));
  }

  private static Finding finding(AllocationRefusal refusal, Gravity gravity) {
    return new Finding(refusal.reason(), refusal.message(), gravity);
  }

  private static ContainerNetwork withStatus(ContainerNetwork network, Effective effective) {
    ContainerNetwork copy = new ContainerNetwork();
    copy.setMetadata(network.getMetadata());
    copy.setSpec(network.getSpec());
    @Nullable ContainerNetworkStatus old = network.getStatus();
    copy.setStatus(
        effective.onTo(
            old == null
                ? ContainerNetworkStatusBuilder.builder()
                : ContainerNetworkStatusBuilder.builder(old)));
    return copy;
  }
}
