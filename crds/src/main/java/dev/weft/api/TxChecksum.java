package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether tunnel devices leave outer checksums to the network card. */
public enum TxChecksum {
  /** Off where the card is known to compute them wrong. */
  AUTO("Auto"),
  /** Always offloaded. */
  ON("On"),
  /** Always computed by the kernel. */
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
