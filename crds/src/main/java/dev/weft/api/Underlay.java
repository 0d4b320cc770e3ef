package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which of a node's addresses its tunnels use. */
@ApiType
public record Underlay(
    @JsonPropertyDescription(
            "Blocks; the first one that contains an address of the node decides. Absent: the"
                + " InternalIP of the Node, else the source of its default route.")
        @Size(min = 1, max = 32)
        @Nullable List<String> cidrs,
    @JsonPropertyDescription("Name of the node's interface whose address is used.")
        @JsonProperty("interface")
        @Size(min = 1, max = 15)
        @Pattern(Patterns.INTERFACE)
        @Nullable String interfaceName,
    @JsonPropertyDescription("IP version of the tunnels. Absent: IPv4 where the node has it.")
        @SchemaFrom(type = IpFamily.class)
        @Nullable String family) {
  public Underlay {
    cidrs = Copies.list(cidrs);
  }
}
