package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** VTEP, routes, kernel and public keys of a node, reported by its agent. */
@ApiType
public record MeshNodeSpec(
    @JsonPropertyDescription("Address of its end of the tunnels.") @Nullable String vtep,
    @JsonPropertyDescription("Interface that holds this address.") @JsonProperty("interface")
        @Nullable String interfaceName,
    @JsonPropertyDescription("MTU of this interface in bytes.") @Nullable Integer mtu,
    @JsonPropertyDescription(
            "Blocks that the node already reaches by its main routing table; without "
                + "the default route and those of Weft's networks. No network may overlap "
                + "them.")
        @Nullable List<String> routes,
    @JsonPropertyDescription("Its kernel.") @Nullable Kernel kernel,
    @JsonPropertyDescription(
            "Its public keys for encrypted networks, one for each epoch in use; none while there is"
                + " no such network.")
        @Size(max = 3)
        @Nullable List<NodeKey> keys) {
  public MeshNodeSpec {
    routes = Copies.list(routes);
    keys = Copies.list(keys);
  }
}
