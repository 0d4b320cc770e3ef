package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reaction to a failed update. */
public enum FailureAction {
  /** The update stops where it is. */
  PAUSE("Pause"),
  /** The update continues. */
  CONTINUE("Continue"),
  /** The previous template is restored. */
  ROLLBACK("Rollback");

  private final String text;

  FailureAction(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<FailureAction> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
