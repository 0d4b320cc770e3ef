package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import java.util.stream.Stream;
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

  /**
   * What {@code kernel} lacks for an encrypted network, as {@code missing} names it; nothing where
   * it says nothing.
   *
   * @param ipv6 whether its tunnels' addresses are IPv6
   */
  public static List<String> lacksForEncryption(@Nullable Kernel kernel, boolean ipv6) {
    List<String> missing = kernel == null ? null : kernel.missing();
    return missing == null
        ? List.of()
        : Stream.of(ipv6 ? "esp6" : "esp", "aes-gcm", "esn", "nft_xfrm")
            .filter(missing::contains)
            .toList();
  }
}
