package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a service is published outside its network. */
public enum PublishType {
  /** Reachable inside the cluster. */
  CLUSTER_IP("ClusterIP"),
  /** Reachable on a port of every node. */
  NODE_PORT("NodePort"),
  /** Reachable through the cloud's load balancer. */
  LOAD_BALANCER("LoadBalancer");

  private final String text;

  PublishType(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<PublishType> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** The text in the API. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
