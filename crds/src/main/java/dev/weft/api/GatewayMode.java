package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a bridge network reaches the outside of its node. */
public enum GatewayMode {
  /** Outgoing connections carry the node's address. */
  NAT("NAT"),
  /** Packets keep their addresses; the LAN must route the subnet to the node. */
  ROUTED("Routed"),
  /** The bridge has no address; endpoints reach only each other. */
  ISOLATED("Isolated");

  private final String text;

  GatewayMode(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<GatewayMode> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
