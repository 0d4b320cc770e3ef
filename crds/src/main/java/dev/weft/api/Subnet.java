package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One address block of a network. */
@ApiType
public record Subnet(
    @JsonPropertyDescription(
            "The block, such as 10.10.0.0/24 or fd00:10::/64; its host bits are zero.")
        @Required
        @Pattern(Patterns.CIDR)
        @Size(max = 43)
        @Nullable String cidr,
    @JsonPropertyDescription(
            "Address of the gateway inside the block. Absent: the first usable address, "
                + "where the driver has a gateway.")
        @Pattern(Patterns.ADDRESS)
        @Size(max = 39)
        @Nullable String gateway,
    @JsonPropertyDescription(
            "Blocks inside cidr from which addresses are handed out (Docker: "
                + "--ip-range). Absent: all of cidr.")
        @Size(max = 64)
        @Nullable List<String> ranges,
    @JsonPropertyDescription(
            "What is never handed out, such as the addresses of the LAN's DHCP server: "
                + "an address, a block, or two addresses joined by \"-\".")
        @Size(max = 64)
        @Nullable List<String> excluded,
    @JsonPropertyDescription(
            "Addresses that other stations hold, by a name of your choice; never handed "
                + "out (Docker: --aux-address).")
        @Size(max = 256)
        @Nullable Map<String, String> reserved) {
  public Subnet {
    ranges = Copies.list(ranges);
    excluded = Copies.list(excluded);
    reserved = Copies.map(reserved);
  }

  /** Whether any of these blocks is IPv6. */
  public static boolean hasIpv6(@Nullable List<Subnet> subnets) {
    return subnets != null
        && subnets.stream().anyMatch(each -> each.cidr != null && each.cidr.contains(":"));
  }
}
