package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settings of all overlay networks of the cluster. */
@ApiType
@ValidationRule(
    value =
        "!has(self.ipsecEncapsulation) || self.ipsecEncapsulation != 'UDP' || !has(self.ports) ||"
            + " (has(self.ports.ipsec) ? self.ports.ipsec : 4500) != (has(self.ports.clear) ?"
            + " self.ports.clear : 4795) && (has(self.ports.ipsec) ? self.ports.ipsec : 4500) !="
            + " (has(self.ports.encrypted) ? self.ports.encrypted : 4790)",
    message = "ports.ipsec (absent, it is 4500) must be another port than clear and encrypted")
public record MeshSpec(
    @JsonPropertyDescription("Which of a node's addresses its tunnels use.")
        @Nullable Underlay underlay,
    @JsonPropertyDescription("UDP ports of the tunnels.") @Nullable Ports ports,
    @JsonPropertyDescription("VXLAN network identifiers that may be allocated.")
        @Nullable VniRange vnis,
    @JsonPropertyDescription(
            "Blocks from which networks without subnets get theirs, in this order. Absent: "
                + "198.18.0.0/15, then 10.112.0.0/12, both in blocks of /24.")
        @Size(min = 1, max = 32)
        @Nullable List<AddressPool> addressPools,
    @JsonPropertyDescription(
            "What computes outer checksums. Auto (when absent): the network card, if it is known to"
                + " do it right. On: the card. Off: the kernel. Put On and Off in quotes: YAML"
                + " reads the bare words as booleans.")
        @SchemaFrom(type = TxChecksum.class)
        @Nullable String txChecksum,
    @JsonPropertyDescription(
            "How packets of encrypted networks are encapsulated. None (when absent): ESP in IP."
                + " UDP: ESP in UDP (RFC 3948), which passes firewalls and NAT without ESP support,"
                + " and costs 8 bytes of the MTU.")
        @SchemaFrom(type = IpsecEncapsulation.class)
        @Nullable String ipsecEncapsulation,
    @JsonPropertyDescription("When the keys of encrypted networks are rotated.")
        @Nullable KeyRotation keyRotation) {
  public MeshSpec {
    addressPools = Copies.list(addressPools);
  }
}
