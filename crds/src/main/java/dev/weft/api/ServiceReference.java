package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Service that owns a virtual address, with its balancing settings. */
@ApiType
public record ServiceReference(
    @JsonPropertyDescription("Namespace of the OverlayService.") @Required
        @Nullable String namespace,
    @JsonPropertyDescription("Name of the OverlayService.") @Required @Nullable String name,
    @JsonPropertyDescription("Ports that are balanced. Absent: every port, each to the same port.")
        @Nullable List<ServicePort> ports,
    @JsonPropertyDescription("None (when absent) or ClientIP.")
        @SchemaFrom(type = SessionAffinity.class)
        @Nullable String sessionAffinity) {
  public ServiceReference {
    ports = Copies.list(ports);
  }
}
