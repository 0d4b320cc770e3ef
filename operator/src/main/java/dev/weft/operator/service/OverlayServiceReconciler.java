package dev.weft.operator.service;

import dev.weft.api.IpAddress;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceStatus;
import dev.weft.api.Reason;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Creates and maintains a service's workload and its names in cluster DNS, and reports its status.
 * The children have the service as their owner, and the network reconciler releases virtual
 * addresses, so the service needs no finalizer.
 */
@ControllerConfiguration(name = "overlayservice", fieldManager = Children.FIELD_MANAGER)
public final class OverlayServiceReconciler implements Reconciler<OverlayService> {
  private static final int UNPROCESSABLE = 422;
  private static final Duration UNTIL_ONE_IS_FREE = Duration.ofSeconds(10);

  private final Clock clock;
  private final Applier applier;
  private final VirtualAddresses virtualAddresses;
  private @Nullable ServiceSources sources;

  /** Creates the reconciler. */
  public OverlayServiceReconciler(KubernetesClient client, Clock clock) {
    this.clock = clock;
    this.applier = new Applier(client);
    this.virtualAddresses = new VirtualAddresses(client);
  }

  @Override
  public List<EventSource<?, OverlayService>> prepareEventSources(
      EventSourceContext<OverlayService> context) {
    sources = new ServiceSources(context);
    return sources.all();
  }

  @Override
  public UpdateControl<OverlayService> reconcile(
      OverlayService service, Context<OverlayService> context) {
    ObservedService observed =
        Objects.requireNonNull(sources, "event sources are prepared before the first reconcile")
            .observe(service);
    Statuses statuses = new Statuses(observed, clock);
    Optional<ObservedService.Obstacle> obstacle = observed.obstacle();
    if (obstacle.isPresent()) {
      List<IpAddress> kept =
          observed.virtual().stream()
              .flatMap(each -> Task.address(each.getSpec()).stream())
              .toList();
      write(service, statuses.stalled(obstacle.get(), kept), context);
      return UpdateControl.noUpdate();
    }
    VirtualAddresses.HeldAddresses held = virtualAddresses.hold(observed, observed.isVirtual());
    obstacle = held.obstacle().or(() -> carryOut(observed, held.addresses()));
    write(
        service,
        obstacle
            .map(each -> statuses.stalled(each, held.addresses()))
            .orElseGet(() -> statuses.running(held.addresses())),
        context);
    UpdateControl<OverlayService> done = UpdateControl.noUpdate();
    return held.obstacle().isPresent() ? done.rescheduleAfter(UNTIL_ONE_IS_FREE) : done;
  }

  /**
   * Applies and deletes children; an object that the API server rejects becomes an obstacle for the
   * user.
   */
  private Optional<ObservedService.Obstacle> carryOut(
      ObservedService observed, List<IpAddress> virtual) {
    List<HasMetadata> wanted = wanted(observed, virtual);
    for (HasMetadata each : wanted) {
      Optional<HasMetadata> actual = actual(observed, each);
      if (actual.isEmpty()) {
        actual = applier.find(each);
        if (actual.filter(it -> !observed.isOurs(it)).isPresent()) {
          return Optional.of(taken(each));
        }
      }
      try {
        applier.apply(each, actual);
      } catch (KubernetesClientException e) {
        if (!isRefused(e)) {
          throw e;
        }
        return Optional.of(
            new ObservedService.Obstacle(
                Reason.INVALID,
                "the API server refuses the %s: %s".formatted(each.getKind(), e.getMessage())));
      }
    }
    observed.children().stream()
        .filter(observed::isOurs)
        .filter(each -> wanted.stream().noneMatch(it -> isSame(it, each)))
        .forEach(applier::delete);
    return Optional.empty();
  }

  /**
   * Whether the API server rejects the object. It reports an unknown field with another code than
   * 422.
   */
  private static boolean isRefused(KubernetesClientException e) {
    return e.getCode() == UNPROCESSABLE
        || String.valueOf(e.getMessage()).contains("failed to create typed patch object");
  }

  private static ObservedService.Obstacle taken(HasMetadata child) {
    return new ObservedService.Obstacle(
        Reason.NAME_TAKEN,
        "there is a %s '%s' that is not this service's; remove it, or rename the service"
            .formatted(child.getKind(), child.getMetadata().getName()));
  }

  private static List<HasMetadata> wanted(ObservedService observed, List<IpAddress> virtual) {
    OverlayService service = observed.service();
    List<HasMetadata> wanted = new ArrayList<>(Children.services(service));
    List<EndpointSlice> slices = observed.children(EndpointSlice.class);
    String name = service.getMetadata().getName();
    wanted.addAll(
        observed.isVirtual()
            ? Slices.virtual(service, name, virtual)
            : Slices.of(service, name, false, observed.tasks(), slices));
    wanted.addAll(Slices.of(service, Children.tasks(service), true, observed.tasks(), slices));
    wanted.add(Children.workload(service));
    return wanted;
  }

  private static Optional<HasMetadata> actual(ObservedService observed, HasMetadata wanted) {
    return observed.children().stream().filter(each -> isSame(each, wanted)).findFirst();
  }

  private static boolean isSame(HasMetadata one, HasMetadata other) {
    return one.getKind().equals(other.getKind())
        && one.getMetadata().getName().equals(other.getMetadata().getName());
  }

  private static void write(
      OverlayService service, OverlayServiceStatus status, Context<OverlayService> context) {
    if (status.equals(service.getStatus())) {
      return;
    }
    OverlayService fresh = new OverlayService();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withName(service.getMetadata().getName())
            .withNamespace(service.getMetadata().getNamespace())
            .withUid(service.getMetadata().getUid())
            .build());
    fresh.setStatus(status);
    PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(service, fresh, context);
  }
}
