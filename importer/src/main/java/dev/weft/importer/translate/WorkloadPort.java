package dev.weft.importer.translate;

import dev.weft.api.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * A port of a workload's tasks.
 *
 * @param inside port of the tasks, 1 to 65535
 * @param outside published port; null: not published
 */
public record WorkloadPort(int inside, Protocol protocol, @Nullable Integer outside) {
  /** Name of the port, at most 15 characters as Kubernetes requires. */
  String name() {
    return "p%d%s".formatted(inside, protocol == Protocol.UDP ? "-udp" : "");
  }

  /** Protocol to write; null for TCP, the default. */
  @Nullable String spoken() {
    return protocol == Protocol.UDP ? protocol.toString() : null;
  }
}
