package dev.weft.operator.service;

import dev.weft.api.Names;
import dev.weft.api.OverlayService;
import dev.weft.api.Publish;
import dev.weft.api.ServiceMode;
import dev.weft.api.ServicePort;
import dev.weft.api.TaskSlices;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builds the objects of a service except its EndpointSlices; a pure function of its spec. */
final class Children {
  /** Field manager of the operator in server-side apply. */
  static final String FIELD_MANAGER = "weft-operator";

  private Children() {}

  /** Name of the Service that lists all tasks. */
  static String tasks(OverlayService service) {
    return TaskSlices.service(service.getMetadata().getName());
  }

  /** Name of the Service that publishes the ports. */
  static String published(OverlayService service) {
    return service.getMetadata().getName() + "-entry";
  }

  static boolean isGlobal(OverlayService service) {
    return ServiceMode.of(service.getSpec().mode()).filter(ServiceMode.GLOBAL::equals).isPresent();
  }

  /**
   * The Deployment or DaemonSet. A Deployment's replicas are set only if the service sets them;
   * otherwise an autoscaler owns them.
   */
  static HasMetadata workload(OverlayService service) {
    TaskRollout rollout = TaskRollout.of(service.getSpec().update());
    if (isGlobal(service)) {
      return new DaemonSetBuilder()
          .withMetadata(metadata(service, service.getMetadata().getName()))
          .withNewSpec()
          .withNewSelector()
          .withMatchLabels(selector(service))
          .endSelector()
          .withMinReadySeconds(rollout.delaySeconds())
          .withUpdateStrategy(rollout.ofDaemonSet())
          .withTemplate(Template.of(service))
          .endSpec()
          .build();
    }
    return new DeploymentBuilder()
        .withMetadata(metadata(service, service.getMetadata().getName()))
        .withNewSpec()
        .withReplicas(service.getSpec().replicas())
        .withNewSelector()
        .withMatchLabels(selector(service))
        .endSelector()
        .withMinReadySeconds(rollout.delaySeconds())
        .withProgressDeadlineSeconds(rollout.progressDeadlineSeconds())
        .withStrategy(rollout.ofDeployment())
        .withTemplate(Template.of(service))
        .endSpec()
        .build();
  }

  /** The headless Services for cluster DNS, and the Service that publishes the ports. */
  static List<Service> services(OverlayService service) {
    List<Service> services = new ArrayList<>();
    services.add(headless(service, service.getMetadata().getName(), false));
    services.add(headless(service, tasks(service), true));
    Publish publish = service.getSpec().publish();
    if (publish != null) {
      List<ServicePort> ports =
          publish.ports() == null ? service.getSpec().ports() : publish.ports();
      services.add(
          new ServiceBuilder()
              .withMetadata(metadata(service, published(service)))
              .withNewSpec()
              .withType(publish.type())
              .withSelector(selector(service))
              .withSessionAffinity(service.getSpec().sessionAffinity())
              .withPorts(ports(ports))
              .endSpec()
              .build());
    }
    return services;
  }

  /** A Service without a selector: its addresses are those of its EndpointSlices. */
  private static Service headless(OverlayService service, String name, boolean unready) {
    return new ServiceBuilder()
        .withMetadata(metadata(service, name))
        .withNewSpec()
        .withClusterIP("None")
        // an API server omits false
        .withPublishNotReadyAddresses(unready ? true : null)
        .withPorts(ports(service.getSpec().ports()))
        .endSpec()
        .build();
  }

  private static List<io.fabric8.kubernetes.api.model.ServicePort> ports(
      @Nullable List<ServicePort> ports) {
    return ports == null
        ? List.of()
        : ports.stream()
            .map(each ->
                new io.fabric8.kubernetes.api.model.ServicePortBuilder()
                    .withName(each.name())
                    .withPort(each.port())
                    .withTargetPort(new IntOrString(targetPort(each)))
                    .withProtocol(protocol(each))
                    .build())
            .toList();
  }

  static int targetPort(ServicePort port) {
    return port.targetPort() == null ? Objects.requireNonNull(port.port()) : port.targetPort();
  }

  static String protocol(ServicePort port) {
    return port.protocol() == null ? "TCP" : port.protocol();
  }

  static Map<String, String> selector(OverlayService service) {
    return Map.of(Names.SERVICE_LABEL, service.getMetadata().getName());
  }

  static ObjectMeta metadata(OverlayService service, String name) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(service.getMetadata().getNamespace())
        .withLabels(selector(service))
        .addNewOwnerReference()
        .withApiVersion(service.getApiVersion())
        .withKind(service.getKind())
        .withName(service.getMetadata().getName())
        .withUid(service.getMetadata().getUid())
        .withController(true)
        .endOwnerReference()
        .build();
  }
}
