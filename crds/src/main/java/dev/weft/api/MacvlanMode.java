package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How macvlan endpoints of one node reach each other; Linux's MACVLAN_MODE_*. */
public enum MacvlanMode {
  /** The node forwards frames between endpoints directly. */
  BRIDGE("Bridge"),
  /** Frames between endpoints go through the switch, which must reflect them. */
  VEPA("VEPA"),
  /** Endpoints of one node cannot reach each other. */
  PRIVATE("Private"),
  /** One endpoint owns the parent. */
  PASSTHRU("Passthru");

  private final String text;

  MacvlanMode(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<MacvlanMode> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
