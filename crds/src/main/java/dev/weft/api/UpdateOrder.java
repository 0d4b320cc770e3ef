package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Order of stop and start when a task is replaced. */
public enum UpdateOrder {
  /** The old task stops, then the new one starts. */
  STOP_FIRST("StopFirst"),
  /** The new task starts, then the old one stops. */
  START_FIRST("StartFirst");

  private final String text;

  UpdateOrder(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<UpdateOrder> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
