package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Addresses that a service name resolves to. */
public enum EndpointMode {
  /** One virtual address, balanced over the ready tasks. */
  VIP("VIP"),
  /** The addresses of all ready tasks. */
  DNSRR("DNSRR");

  private final String text;

  EndpointMode(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<EndpointMode> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
