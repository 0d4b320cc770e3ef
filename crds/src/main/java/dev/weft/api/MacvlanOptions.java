package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Options of the macvlan driver. */
@ApiType
@ValidationRule(
    value = "!has(self.vlan) || (has(self.parent) && !self.parent.matches('[.][0-9]+$'))",
    message =
        "vlan needs a parent without a VLAN of its own: give parent eth0 and vlan 50, or parent"
            + " eth0.50 alone")
@ValidationRule(
    value =
        "!has(self.hostAccess) || !self.hostAccess || !has(self.mode) || (self.mode != 'Private' &&"
            + " self.mode != 'Passthru')",
    message =
        "the node cannot reach endpoints in mode Private or Passthru; remove hostAccess or change"
            + " the mode")
public record MacvlanOptions(
    @JsonPropertyDescription(
            "The node's interface that carries the network, such as eth0. eth0.50 means VLAN 50 on"
                + " eth0. Absent: the network stays within the node.")
        @Size(min = 1, max = 15)
        @Pattern(Patterns.INTERFACE)
        @Nullable String parent,
    @JsonPropertyDescription(
            "How endpoints of one node reach each other. Bridge (when absent): "
                + "directly. VEPA: through the switch. Private: not at all. Passthru: one "
                + "endpoint owns the parent.")
        @SchemaFrom(type = MacvlanMode.class)
        @Nullable String mode,
    @JsonPropertyDescription(
            "802.1Q VLAN on parent that carries the network; its interface is made and "
                + "removed by Weft.")
        @Min(1)
        @Max(4094)
        @Nullable Integer vlan,
    @JsonPropertyDescription("Whether the node itself can reach its endpoints. Absent: false.")
        @Nullable Boolean hostAccess) {

  /** Name of the interface that carries VLAN {@code vlan} of {@code parent}, as in eth0.50. */
  public static String vlanDevice(String parent, int vlan) {
    return parent + "." + vlan;
  }
}
