package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What follows a failed update. */
public enum FailureAction {
  /** It stops where it is. */
  PAUSE("Pause"),
  /** It goes on. */
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
