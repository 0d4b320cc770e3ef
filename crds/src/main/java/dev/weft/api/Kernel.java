package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Release and missing features of a node's kernel. */
@ApiType
public record Kernel(
    @JsonPropertyDescription("Its release, as uname -r prints it.") @Nullable String release,
    @JsonPropertyDescription("Features that Weft can use and this kernel lacks.")
        @Nullable List<String> missing) {
  public Kernel {
    missing = Copies.list(missing);
  }

  /**
   * Features that an encrypted network needs and {@code kernel} lacks, as {@code missing} names
   * them. Empty if the node has not reported {@code missing}.
   *
   * @param ipv6 whether the VTEP addresses are IPv6
   * @param udp whether nodes send ESP in UDP
   */
  public static List<String> lacksForEncryption(
      @Nullable Kernel kernel, boolean ipv6, boolean udp) {
    List<String> missing = kernel == null ? null : kernel.missing();
    if (missing == null) {
      return List.of();
    }
    String esp = ipv6 ? "esp6" : "esp";
    return Stream.concat(
            Stream.of(esp, "aes-gcm", "esn", "nft_xfrm"),
            udp ? Stream.of(esp + "-in-udp") : Stream.empty())
        .filter(missing::contains)
        .toList();
  }
}
