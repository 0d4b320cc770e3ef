package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the nodes are to do with the keys of the newest epoch. */
public enum KeyPhase {
  /** Nothing: it is the only epoch. */
  IDLE("Idle"),
  /** Make them, publish them, and take frames encrypted with them. */
  PREPARE("Prepare"),
  /** Send with them. */
  ACTIVATE("Activate"),
  /** Forget those of older epochs. */
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
