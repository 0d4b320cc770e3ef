package dev.weft.importer.translate;

import dev.weft.api.Protocol;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts a workload without an overlay to a Deployment, DaemonSet or Job, and a Service. */
final class PlainResource {
  private static final String LABEL = "app.kubernetes.io/name";

  private PlainResource() {}

  static List<HasMetadata> of(Workload workload) {
    Map<String, String> labels = Map.of(LABEL, workload.name);
    workload.container.withPorts(ports(workload));
    if (!workload.nodeSelector.isEmpty()) {
      workload.pod.addToNodeSelector(workload.nodeSelector);
    }
    if (workload.spread != null && workload.mode == Workload.Mode.REPLICATED) {
      workload
          .pod
          .addNewTopologySpreadConstraint()
          .withMaxSkew(1)
          .withTopologyKey(workload.spread)
          .withWhenUnsatisfiable("ScheduleAnyway")
          .withNewLabelSelector()
          .withMatchLabels(labels)
          .endLabelSelector()
          .endTopologySpreadConstraint();
    }
    List<HasMetadata> resources = new ArrayList<>();
    resources.add(
        switch (workload.mode) {
          case REPLICATED -> deployment(workload, labels);
          case GLOBAL -> daemonSet(workload, labels);
          case JOB -> job(workload, labels);
        });
    service(workload, labels, resources);
    if (resources.size() == 1 && workload.isAttached() && workload.mode != Workload.Mode.JOB) {
      workload.notes.say(
          "the name %s resolves nowhere: only overlays have names of services"
              .formatted(workload.name));
    }
    return resources;
  }

  private static PodTemplateSpec template(Workload workload, Map<String, String> labels) {
    return PodTemplate.of(workload, labels, workload.networks);
  }

  private static HasMetadata deployment(Workload workload, Map<String, String> labels) {
    PodTemplateSpec template = template(workload, labels);
    DeploymentBuilder deployment =
        new DeploymentBuilder().withNewMetadata().withName(workload.name).endMetadata();
    boolean held = workload.networks.stream().anyMatch(each -> !each.isPlain());
    DeploymentStrategyBuilder strategy = new DeploymentStrategyBuilder();
    Workload.Update update = workload.update;
    if (held || (workload.onHost && !workload.ports.isEmpty())) {
      // a new pod cannot get an address or port that the old one still holds
      strategy.withType("Recreate");
      if (!update.isDefault()) {
        workload.notes.say(
            "update parallelism %s does not apply: a task stops before the next one starts"
                .formatted(update.parallelism()));
      }
    } else if (!update.isDefault()) {
      IntOrString step = step(update);
      strategy
          .withType("RollingUpdate")
          .withNewRollingUpdate()
          .withMaxSurge(update.startFirst() ? step : new IntOrString(0))
          .withMaxUnavailable(update.startFirst() ? new IntOrString(0) : step)
          .endRollingUpdate();
    }
    var built = strategy.build();
    return deployment
        .withNewSpec()
        .withReplicas(workload.replicas)
        .withMinReadySeconds(delay(update))
        .withStrategy(built.getType() == null ? null : built)
        .withSelector(new LabelSelectorBuilder().withMatchLabels(labels).build())
        .withTemplate(template)
        .endSpec()
        .build();
  }

  private static IntOrString step(Workload.Update update) {
    Integer parallelism = update.parallelism();
    if (parallelism == null) {
      return new IntOrString(1);
    }
    return parallelism == 0 ? new IntOrString("100%") : new IntOrString(parallelism);
  }

  private static @Nullable Integer delay(Workload.Update update) {
    Integer delay = update.delay();
    return delay == null || delay == 0 ? null : delay;
  }

  private static HasMetadata daemonSet(Workload workload, Map<String, String> labels) {
    Workload.Update update = workload.update;
    var set =
        new DaemonSetBuilder()
            .withNewMetadata()
            .withName(workload.name)
            .endMetadata()
            .withNewSpec()
            .withMinReadySeconds(delay(update))
            .withSelector(new LabelSelectorBuilder().withMatchLabels(labels).build())
            .withTemplate(template(workload, labels))
            .endSpec()
            .build();
    if (update.startFirst() || step(update).getIntVal() == null || step(update).getIntVal() != 1) {
      set =
          new DaemonSetBuilder(set)
              .editSpec()
              .withNewUpdateStrategy()
              .withType("RollingUpdate")
              .withNewRollingUpdate()
              .withMaxSurge(update.startFirst() ? step(update) : null)
              .withMaxUnavailable(update.startFirst() ? new IntOrString(0) : step(update))
              .endRollingUpdate()
              .endUpdateStrategy()
              .endSpec()
              .build();
    }
    return set;
  }

  private static HasMetadata job(Workload workload, Map<String, String> labels) {
    if (workload.pod.getRestartPolicy() == null) {
      workload.pod.withRestartPolicy("OnFailure");
    }
    Integer tasks = workload.replicas;
    return new JobBuilder()
        .withNewMetadata()
        .withName(workload.name)
        .endMetadata()
        .withNewSpec()
        .withCompletions(tasks)
        .withParallelism(tasks)
        .withTemplate(template(workload, labels))
        .endSpec()
        .build();
  }

  private static List<ContainerPort> ports(Workload workload) {
    List<ContainerPort> ports = new ArrayList<>();
    for (WorkloadPort each : workload.ports) {
      ContainerPort port =
          new ContainerPortBuilder()
              .withContainerPort(each.inside())
              .withName(each.name())
              .withProtocol(protocol(each.spoken()))
              .build();
      if (!ports.contains(port)) {
        ports.add(port);
      }
    }
    return ports;
  }

  private static void service(
      Workload workload, Map<String, String> labels, List<HasMetadata> resources) {
    if (workload.onHost) {
      workload.ports.stream()
          .filter(each -> each.outside() != null && each.outside() != each.inside())
          .forEach(each ->
              workload.notes.say(
                  "port %d: on the node's own stack it is port %d"
                      .formatted(each.outside(), each.inside())));
    }
    List<Published> published = workload.onHost ? List.of() : Published.of(workload);
    if (published.isEmpty()) {
      return;
    }
    ServiceBuilder service =
        new ServiceBuilder()
            .withNewMetadata()
            .withName(workload.name)
            .endMetadata()
            .withNewSpec()
            .withType("LoadBalancer")
            .withSelector(labels)
            .endSpec();
    for (Published each : published) {
      service
          .editSpec()
          .addNewPort()
          .withName(each.name())
          .withPort(each.port())
          .withTargetPort(new IntOrString(each.target()))
          .withProtocol(protocol(each.spoken()))
          .endPort()
          .endSpec();
    }
    resources.add(service.build());
  }

  /**
   * Protocol of a port, written even for TCP: server-side apply uses it as a list key, which has no
   * default.
   */
  private static String protocol(@Nullable String spoken) {
    return spoken == null ? Protocol.TCP.toString() : spoken;
  }
}
