package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kernel of a node. */
@ApiType
public record Kernel(
    @JsonPropertyDescription("Its release, as uname -r prints it.") @Nullable String release,
    @JsonPropertyDescription("Features that Weft can use and this kernel lacks.")
        @Nullable List<String> missing) {
  public Kernel {
    missing = Copies.list(missing);
  }
}
