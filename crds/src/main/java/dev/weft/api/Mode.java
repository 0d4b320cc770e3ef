package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether nodes apply a revision of a network or only plan it. */
public enum Mode {
  /** Nodes apply the revision. */
  APPLY("Apply"),
  /** A dry run: nodes report what they would change, and change nothing. */
  PLAN("Plan");

  private final String text;

  Mode(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<Mode> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** Whether {@code text} requests a dry run. */
  public static boolean isPlan(@Nullable String text) {
    return PLAN.text.equals(text);
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
