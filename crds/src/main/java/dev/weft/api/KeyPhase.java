package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Phase of a key rotation: how nodes use the keys of the newest epoch. */
public enum KeyPhase {
  /** No rotation: nodes have keys of the newest epoch only. */
  IDLE("Idle"),
  /** Nodes create and publish their keys, and accept frames encrypted with them. */
  PREPARE("Prepare"),
  /** Nodes send with them. */
  ACTIVATE("Activate"),
  /** Nodes delete the keys of older epochs. */
  RETIRE("Retire");

  private final String text;

  KeyPhase(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<KeyPhase> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
