package dev.weft.operator.service;

import dev.weft.api.Attachment;
import dev.weft.api.Attachments;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.Names;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceSpec;
import dev.weft.api.Placement;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Builds the pod template of a service's tasks: the user's template, attached to the service's
 * network.
 */
final class Template {
  private Template() {}

  /** Builds the template; the service must be valid. */
  static PodTemplateSpec of(OverlayService service) {
    OverlayServiceSpec spec = service.getSpec();
    String name = service.getMetadata().getName();
    PodTemplateSpecBuilder builder =
        spec.template() == null
            ? new PodTemplateSpecBuilder()
            : new PodTemplateSpecBuilder(spec.template());
    builder
        .editOrNewMetadata()
        .addToLabels(Names.SERVICE_LABEL, name)
        .addToAnnotations(
            Names.NETWORKS_ANNOTATION,
            networks(Objects.requireNonNull(spec.network()), asked(spec.template())))
        .endMetadata()
        .editOrNewSpec()
        .endSpec();
    PodTemplateSpec template = builder.build();
    if (spec.image() != null) {
      template
          .getSpec()
          .setContainers(withImage(template.getSpec().getContainers(), name, spec.image()));
    }
    return spec.placement() == null ? template : placed(template, name, spec.placement());
  }

  private static List<Container> withImage(
      @Nullable List<Container> given, String name, String image) {
    List<Container> containers = new ArrayList<>(given == null ? List.of() : given);
    Container first =
        containers.isEmpty()
            ? new ContainerBuilder().withName(name).withImage(image).build()
            : new ContainerBuilder(containers.removeFirst()).withImage(image).build();
    containers.addFirst(first);
    return containers;
  }

  private static PodTemplateSpec placed(PodTemplateSpec template, String name, Placement where) {
    PodTemplateSpecBuilder builder = new PodTemplateSpecBuilder(template);
    if (where.nodeSelector() != null) {
      builder.editSpec().addToNodeSelector(where.nodeSelector()).endSpec();
    }
    if (where.spread() != null) {
      builder
          .editSpec()
          .addNewTopologySpreadConstraint()
          .withMaxSkew(1)
          .withTopologyKey(where.spread())
          .withWhenUnsatisfiable("ScheduleAnyway")
          .withNewLabelSelector()
          .withMatchLabels(Map.of(Names.SERVICE_LABEL, name))
          .endLabelSelector()
          .endTopologySpreadConstraint()
          .endSpec();
    }
    return builder.build();
  }

  private static String asked(@Nullable PodTemplateSpec template) {
    return template == null
            || template.getMetadata() == null
            || template.getMetadata().getAnnotations() == null
        ? ""
        : template.getMetadata().getAnnotations().getOrDefault(Names.NETWORKS_ANNOTATION, "");
  }

  /** Prepends the service's network to the requested networks, unless they include it. */
  static String networks(String network, String asked) {
    if (asked.isBlank()) {
      return network;
    }
    try {
      if (Attachments.parse(asked).stream().map(Attachment::network).anyMatch(network::equals)) {
        return asked;
      }
    } catch (InvalidAttachments e) {
      throw new IllegalArgumentException("the service is not valid", e);
    }
    String stripped = asked.strip();
    return stripped.startsWith("[")
        ? "[{\"name\":\"%s\"}%s%s"
            .formatted(network, stripped.matches("\\[\\s*]") ? "" : ",", stripped.substring(1))
        : network + ", " + stripped;
  }
}
