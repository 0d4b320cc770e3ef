package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Number of used and free addresses of a network. */
@ApiType
public record AddressCounts(
    @JsonPropertyDescription("Addresses that endpoints hold.") @Nullable Long used,
    @JsonPropertyDescription(
            "Addresses that can still be handed out; 9223372036854775807 means that many or more.")
        @Nullable Long free) {}
