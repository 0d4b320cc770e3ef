package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settings of a service, as a user writes them. */
@ApiType
@ValidationRule(
    value = "!has(self.mode) || self.mode != 'Global' || !has(self.replicas)",
    message =
        "a global service has one task on every node: remove replicas, or use mode: Replicated")
@ValidationRule(
    value =
        "!has(self.mode) || self.mode != 'Global' || !has(self.placement)"
            + " || !has(self.placement.spread)",
    message =
        "a global service has one task on every node: remove placement.spread, or use mode:"
            + " Replicated")
@ValidationRule(
    value = "has(self.image) || has(self.template)",
    message = "nothing says what to run; give image or template")
public record OverlayServiceSpec(
    @JsonPropertyDescription("ContainerNetwork that the tasks attach to.")
        @Required
        @Size(min = 1, max = 63)
        @Pattern(Patterns.LABEL)
        @Nullable String network,
    @JsonPropertyDescription("Replicated (when absent): replicas tasks. Global: one on every node.")
        @SchemaFrom(type = ServiceMode.class)
        @Nullable String mode,
    @JsonPropertyDescription("Number of tasks of a replicated service. Absent: 1.")
        @SpecReplicas
        @Min(0)
        @Nullable Integer replicas,
    @JsonPropertyDescription("Image of the only container; short for a template with nothing else.")
        @Size(min = 1, max = 1024)
        @Nullable String image,
    @JsonPropertyDescription(
            "Pod template of the tasks, as in a Deployment. If image is given too, it becomes the"
                + " image of the first container.")
        @PreserveUnknownFields
        @Nullable PodTemplateSpec template,
    @JsonPropertyDescription("Ports that the service listens on.") @Size(max = 64)
        @Nullable List<ServicePort> ports,
    @JsonPropertyDescription(
            "What the service's name resolves to. VIP (when absent): one virtual "
                + "address. DNSRR: the address of every ready task.")
        @SchemaFrom(type = EndpointMode.class)
        @Nullable String endpointMode,
    @JsonPropertyDescription(
            "Which task a returning client reaches. None (when absent): any. ClientIP: "
                + "the same.")
        @SchemaFrom(type = SessionAffinity.class)
        @Nullable String sessionAffinity,
    @JsonPropertyDescription("How tasks are replaced when the template changes.")
        @Nullable UpdateStrategy update,
    @JsonPropertyDescription("Where tasks may run.") @Nullable Placement placement,
    @JsonPropertyDescription(
            "How the service is reached from outside its network. Absent: it is not.")
        @Nullable Publish publish) {
  public OverlayServiceSpec {
    ports = Copies.list(ports);
  }
}
