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
  /** What an encrypted network takes of a kernel, as {@code missing} names it. */
  public static final List<String> FOR_ENCRYPTION = List.of("esp", "aes-gcm", "esn");

  public Kernel {
    missing = Copies.list(missing);
  }

  /** What {@code kernel} lacks for an encrypted network; nothing where it says nothing. */
  public static List<String> lacksForEncryption(@Nullable Kernel kernel) {
    List<String> missing = kernel == null ? null : kernel.missing();
    return missing == null ? List.of() : FOR_ENCRYPTION.stream().filter(missing::contains).toList();
  }
}
