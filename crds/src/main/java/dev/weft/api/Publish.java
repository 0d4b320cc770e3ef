package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a service is reached from outside its network. */
@ApiType
public record Publish(
    @JsonPropertyDescription(
            "ClusterIP: inside the cluster. NodePort: on a port of every node. "
                + "LoadBalancer: by the cloud's load balancer.")
        @Required
        @SchemaFrom(type = PublishType.class)
        @Nullable String type,
    @JsonPropertyDescription("Published ports. Absent: all ports of the service.") @Size(max = 64)
        @Nullable List<ServicePort> ports) {
  public Publish {
    ports = Copies.list(ports);
  }
}
