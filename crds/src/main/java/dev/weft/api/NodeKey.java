package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Public key of a node in one epoch. */
@ApiType
public record NodeKey(
    @JsonPropertyDescription(
            "The epoch. Two nodes derive shared secrets only from keys of the same epoch.")
        @Required
        @Min(1)
        @Nullable Long epoch,
    @JsonPropertyDescription("How often the node had to renew its key of this epoch.")
        @Required
        @Min(0)
        @Nullable Long generation,
    @JsonPropertyDescription("X25519 public key (RFC 7748): 32 bytes in base64.")
        @Required
        @Size(min = 44, max = 44)
        @Pattern(Patterns.KEY)
        @Nullable String publicKey,
    @JsonPropertyDescription(
            "UDP port at which the node receives packets encrypted with this key (RFC 3948)."
                + " Absent: it receives ESP without UDP.")
        @Min(1)
        @Max(65535)
        @Nullable Integer udpPort) {}
