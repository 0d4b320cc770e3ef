package dev.weft.api.validation;

import dev.weft.api.Attachments;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import org.jspecify.annotations.Nullable;

/** Rules of a service's pod template. The workload's controller checks everything else. */
final class TemplateRules {
  private TemplateRules() {}

  static void check(@Nullable PodTemplateSpec template, Violations problems) {
    if (template == null) {
      return;
    }
    if (template.getSpec() != null && Boolean.TRUE.equals(template.getSpec().getHostNetwork())) {
      problems.add(
          "spec.template.spec.hostNetwork",
          "a pod on the node's own stack cannot join a network",
          "remove hostNetwork");
    }
    String networks =
        template.getMetadata() == null || template.getMetadata().getAnnotations() == null
            ? null
            : template.getMetadata().getAnnotations().get(Names.NETWORKS_ANNOTATION);
    if (networks != null) {
      try {
        Attachments.parse(networks);
      } catch (InvalidAttachments e) {
        problems.add(
            "spec.template.metadata.annotations[%s]".formatted(Names.NETWORKS_ANNOTATION),
            String.valueOf(e.getMessage()),
            "correct it, or remove it: the service's network is added to it");
      }
    }
  }
}
