package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** UDP ports of the tunnels. */
@ApiType
@ValidationRule(
    value =
        "(has(self.clear) ? self.clear : 4795) != (has(self.encrypted) ? self.encrypted : 4790)",
    message = "clear and encrypted must be different ports (absent, they are 4795 and 4790)")
public record Ports(
    @JsonPropertyDescription(
            "Port of networks that are not encrypted. Absent: networks keep the port they have; the"
                + " first one gets 4795.")
        @Min(1)
        @Max(65535)
        @Nullable Integer clear,
    @JsonPropertyDescription(
            "Port of encrypted networks; it differs from clear, so that clear frames can be refused"
                + " by port. Absent: as for clear, with 4790.")
        @Min(1)
        @Max(65535)
        @Nullable Integer encrypted,
    @JsonPropertyDescription(
            "Port of encrypted packets if ipsecEncapsulation is UDP; it differs from both others."
                + " Absent: 4500.")
        @Min(1)
        @Max(65535)
        @Nullable Integer ipsec) {}
