package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Encapsulation of the ESP packets of encrypted networks. */
public enum IpsecEncapsulation {
  /** Plain ESP, IP protocol 50. */
  NONE("None"),
  /** ESP in UDP, which passes firewalls and NAT that do not support ESP (RFC 3948). */
  UDP("UDP");

  private final String text;

  IpsecEncapsulation(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<IpsecEncapsulation> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /**
   * UDP port on which nodes receive ESP; empty: nodes use plain ESP.
   *
   * @param mesh a valid mesh; {@code null} if there is none
   */
  public static Optional<Integer> udpPort(@Nullable Mesh mesh) {
    MeshSpec spec = mesh == null ? null : mesh.getSpec();
    return of(spec == null ? null : spec.ipsecEncapsulation())
        .filter(UDP::equals)
        .map(_ -> port(spec == null ? null : spec.ports()));
  }

  private static int port(@Nullable Ports ports) {
    Integer port = ports == null ? null : ports.ipsec();
    return port == null ? Defaults.IPSEC_PORT : port;
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
