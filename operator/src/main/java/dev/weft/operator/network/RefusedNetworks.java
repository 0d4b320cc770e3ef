package dev.weft.operator.network;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Reason;
import io.javaoperatorsdk.operator.api.reconciler.ResourceCache;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Triggers networks that were refused because of another network, when another one is deleted or
 * changes.
 */
final class RefusedNetworks extends AbstractEventSource<ContainerNetwork, ContainerNetwork>
    implements ResourceEventAware<ContainerNetwork> {
  private static final Set<Reason> REASONS =
      Set.of(
          Reason.SUBNET_CONFLICT,
          Reason.VNI_CONFLICT,
          Reason.DEVICE_CONFLICT,
          Reason.POOL_EXHAUSTED,
          Reason.VNIS_EXHAUSTED);

  private final ResourceCache<ContainerNetwork> networks;

  RefusedNetworks(ResourceCache<ContainerNetwork> networks) {
    super(ContainerNetwork.class, "refused-networks");
    this.networks = networks;
  }

  @Override
  public void onResourceUpdated(ContainerNetwork now, ContainerNetwork before) {
    if (!Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
        || !Objects.equals(device(now), device(before))) {
      wake(now);
    }
  }

  @Override
  public void onResourceDeleted(ContainerNetwork network) {
    wake(network);
  }

  @Override
  public Set<ContainerNetwork> getSecondaryResources(ContainerNetwork network) {
    return Set.of();
  }

  /** Device in the status; a network releases a device by removing it from the status. */
  private static @Nullable String device(ContainerNetwork network) {
    return network.getStatus() == null ? null : network.getStatus().device();
  }

  private void wake(ContainerNetwork cause) {
    String name = cause.getMetadata().getName();
    networks
        .list(each -> isRefused(each) && !name.equals(each.getMetadata().getName()))
        .map(ResourceID::fromResource)
        .forEach(id -> getEventHandler().handleEvent(new Event(id)));
  }

  private static boolean isRefused(ContainerNetwork network) {
    var status = network.getStatus();
    return status != null
        && Conditions.find(status.conditions(), Conditions.STALLED)
            .filter(stalled -> REASONS.stream().anyMatch(each -> each.isOf(stalled)))
            .isPresent();
  }
}
