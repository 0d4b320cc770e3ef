package dev.weft.importer.translate;

import dev.weft.api.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * A port of a workload's tasks.
 *
 * @param inside from 1 to 65535
 * @param outside where it is published; null: nowhere
 */
public record WorkloadPort(int inside, Protocol protocol, @Nullable Integer outside) {
  /** At most 15 characters, as Kubernetes has it for names of ports. */
  String name() {
    return "p%d%s".formatted(inside, protocol == Protocol.UDP ? "-udp" : "");
  }

  /** TCP is what an absent protocol means. */
  @Nullable String spoken() {
    return protocol == Protocol.UDP ? protocol.toString() : null;
  }
}
