package dev.weft.importer.translate;

import dev.weft.api.EndpointMode;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceSpecBuilder;
import dev.weft.api.Placement;
import dev.weft.api.Publish;
import dev.weft.api.PublishType;
import dev.weft.api.ServiceMode;
import dev.weft.api.ServicePort;
import dev.weft.api.ServicePortBuilder;
import dev.weft.api.UpdateOrder;
import dev.weft.api.UpdateStrategy;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts a workload on an overlay to an OverlayService. */
final class OverlayResource {
  private OverlayResource() {}

  static OverlayService of(Workload workload) {
    Attach first = workload.networks.stream().filter(Attach::overlay).findFirst().orElseThrow();
    List<Attach> others = new ArrayList<>(workload.networks);
    others.remove(first);
    if (first.device() != null) {
      workload.notes.say(
          "interface %s: the service's own network gets the first free name"
              .formatted(first.device()));
    }
    OverlayServiceSpecBuilder spec =
        OverlayServiceSpecBuilder.builder()
            .network(first.network())
            .mode(workload.mode == Workload.Mode.GLOBAL ? ServiceMode.GLOBAL.toString() : null)
            .replicas(workload.mode == Workload.Mode.GLOBAL ? null : workload.replicas)
            .endpointMode(workload.namesOnly ? EndpointMode.DNSRR.toString() : null)
            .ports(ports(workload))
            .update(update(workload.update))
            .publish(publish(workload))
            .placement(placement(workload));
    PodTemplateSpec template = PodTemplate.of(workload, Map.of(), others);
    if (isOnlyImage(template)) {
      spec.image(workload.image);
    } else {
      template(spec, template);
    }
    OverlayService service = new OverlayService();
    service.setMetadata(new ObjectMetaBuilder().withName(workload.name).build());
    service.setSpec(spec.build());
    return service;
  }

  /** The one place that gives an OverlayService its pod template. */
  private static void template(OverlayServiceSpecBuilder spec, PodTemplateSpec template) {
    spec.template(template);
  }

  private static boolean isOnlyImage(PodTemplateSpec template) {
    var bare =
        new ContainerBuilder()
            .withName("main")
            .withImage(template.getSpec().getContainers().getFirst().getImage())
            .build();
    return template.equals(
        new PodTemplateSpecBuilder().withNewSpec().withContainers(bare).endSpec().build());
  }

  private static @Nullable List<ServicePort> ports(Workload workload) {
    List<ServicePort> ports = new ArrayList<>();
    for (WorkloadPort each : workload.ports) {
      if (ports.stream().noneMatch(other -> each.name().equals(other.name()))) {
        ports.add(
            ServicePortBuilder.builder()
                .name(each.name())
                .port(each.inside())
                .protocol(each.spoken())
                .build());
      }
    }
    return ports.isEmpty() ? null : ports;
  }

  private static @Nullable Publish publish(Workload workload) {
    List<ServicePort> published = new ArrayList<>();
    for (Published each : Published.of(workload)) {
      published.add(
          ServicePortBuilder.builder()
              .name(each.name())
              .port(each.port())
              .targetPort(each.port() == each.target() ? null : Integer.valueOf(each.target()))
              .protocol(each.spoken())
              .build());
    }
    return published.isEmpty()
        ? null
        : new Publish(PublishType.LOAD_BALANCER.toString(), published);
  }

  private static @Nullable UpdateStrategy update(Workload.Update update) {
    if (update.isDefault()) {
      return null;
    }
    Integer parallelism = update.parallelism();
    Integer delay = update.delay();
    return new UpdateStrategy(
        parallelism == null || parallelism == 1 ? null : parallelism,
        update.startFirst() ? UpdateOrder.START_FIRST.toString() : null,
        null,
        delay == null || delay == 0 ? null : delay);
  }

  private static @Nullable Placement placement(Workload workload) {
    String spread = workload.mode == Workload.Mode.GLOBAL ? null : workload.spread;
    return workload.nodeSelector.isEmpty() && spread == null
        ? null
        : new Placement(workload.nodeSelector.isEmpty() ? null : workload.nodeSelector, spread);
  }
}
