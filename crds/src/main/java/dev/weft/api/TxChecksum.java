package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether the network card computes the outer checksums of tunnel packets. */
public enum TxChecksum {
  /** The network card, unless it is known to compute them wrong. */
  AUTO("Auto"),
  /** Always the network card. */
  ON("On"),
  /** Always the kernel. */
  OFF("Off");

  private final String text;

  TxChecksum(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<TxChecksum> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
