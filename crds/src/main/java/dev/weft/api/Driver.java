package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Driver that builds a network on a node. */
public enum Driver {
  /** A Linux bridge on each node, with a gateway address and NAT out. */
  BRIDGE("bridge"),
  /** No device: the sandbox shares the node's own stack. */
  HOST("host"),
  /** One layer 2 segment over all nodes, by VXLAN. */
  OVERLAY("overlay"),
  /** Each endpoint is a host of its own on the node's LAN. */
  MACVLAN("macvlan");

  private final String text;

  Driver(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<Driver> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
