package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings of a network, as a user writes them. */
@ApiType
@ValidationRule(
    value = "self.driver == oldSelf.driver",
    message = "driver cannot change; make another network and move its pods")
@ValidationRule(
    value =
        "(has(self.overlay) && has(self.overlay.encrypted) && self.overlay.encrypted) =="
            + " (has(oldSelf.overlay) && has(oldSelf.overlay.encrypted) &&"
            + " oldSelf.overlay.encrypted)",
    message = "overlay.encrypted cannot change; make another network and move its pods")
@ValidationRule(
    value = "!has(self.bridge) || self.driver == 'bridge'",
    message = "bridge holds options of the bridge driver and needs driver: bridge")
@ValidationRule(
    value = "!has(self.overlay) || self.driver == 'overlay'",
    message = "overlay holds options of the overlay driver and needs driver: overlay")
@ValidationRule(
    value = "!has(self.macvlan) || self.driver == 'macvlan'",
    message = "macvlan holds options of the macvlan driver and needs driver: macvlan")
@ValidationRule(
    value =
        "self.driver != 'host' || !(has(self.subnets) || has(self.mtu) || has(self.internal) ||"
            + " has(self.interfacePrefix))",
    message =
        "the host driver shares the node's own stack: subnets, mtu, internal and interfacePrefix do"
            + " not apply; remove them")
@ValidationRule(
    value =
        "self.driver == 'overlay' || !has(self.subnets) || (self.subnets.filter(s,"
            + " s.cidr.contains(':')).size() <= 1 && self.subnets.filter(s,"
            + " !s.cidr.contains(':')).size() <= 1)",
    message =
        "this driver supports one IPv4 and one IPv6 subnet; families must differ (overlay supports"
            + " several)")
@ValidationRule(
    value =
        "!has(self.mtu) || self.mtu >= 1280 || !has(self.subnets) || self.subnets.all(s,"
            + " !s.cidr.contains(':'))",
    message = "IPv6 needs an mtu of at least 1280")
public record ContainerNetworkSpec(
    @JsonPropertyDescription(
            "What builds the network. bridge: a Linux bridge on each node, NAT out. "
                + "overlay: one segment over all nodes, by VXLAN. macvlan: each endpoint is a "
                + "station on the LAN. host: the node's own stack. Cannot change.")
        @Required
        @SchemaFrom(type = Driver.class)
        @Nullable String driver,
    @JsonPropertyDescription(
            "Address blocks of the network. Absent: a block that Weft picks from the "
                + "mesh's pools. Blocks and gateways cannot change once the network has them.")
        @Size(min = 1, max = 16)
        @Nullable List<Subnet> subnets,
    @JsonPropertyDescription(
            "Largest packet in bytes, without the Ethernet header; at least 1280 with "
                + "an IPv6 subnet. Absent: the largest that fits the node's own interface.")
        @Min(68)
        @Max(65535)
        @Nullable Integer mtu,
    @JsonPropertyDescription(
            "Whether the network is cut off from everything outside it (Docker: --internal). "
                + "Absent: false.")
        @Nullable Boolean internal,
    @JsonPropertyDescription("Labels of the nodes that carry the network. Absent: every node.")
        @Size(max = 64)
        @Nullable Map<String, String> nodeSelector,
    @JsonPropertyDescription("Namespaces whose pods may attach. Absent: every one. Empty: none.")
        @Size(max = 1024)
        @Nullable List<String> allowedNamespaces,
    @JsonPropertyDescription(
            "Prefix of interface names in a sandbox; the first free number follows. Absent: eth, or"
                + " weft in a container of an engine.")
        @Size(min = 1, max = 12)
        @Pattern(Patterns.INTERFACE)
        @Nullable String interfacePrefix,
    @JsonPropertyDescription("Options of the bridge driver; refused with any other.")
        @Nullable BridgeOptions bridge,
    @JsonPropertyDescription("Options of the overlay driver; refused with any other.")
        @Nullable OverlayOptions overlay,
    @JsonPropertyDescription("Options of the macvlan driver; refused with any other.")
        @Nullable MacvlanOptions macvlan,
    @JsonPropertyDescription(
            "Apply (when absent): nodes build this revision. Plan: a dry run; each node"
                + " publishes in its HostNetwork's status what it would change, and changes"
                + " nothing.")
        @SchemaFrom(type = Mode.class)
        @Nullable String mode,
    @JsonPropertyDescription("How a change reaches the nodes.") @Nullable Rollout rollout) {
  public ContainerNetworkSpec {
    subnets = Copies.list(subnets);
    nodeSelector = Copies.map(nodeSelector);
    allowedNamespaces = Copies.list(allowedNamespaces);
  }
}
