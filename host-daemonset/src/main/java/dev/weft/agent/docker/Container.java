package dev.weft.agent.docker;

import java.nio.file.Path;
import java.util.List;

/**
 * A container that runs, as its engine describes it.
 *
 * @param id its identifier, 64 hexadecimal digits
 * @param name its name, without the slash that the engine's API puts before it
 * @param networks value of the label {@code weft.dev/networks}
 * @param ofImage whether the label comes from the image, so that nobody set it for this container
 * @param mode its network mode, such as {@code default}, {@code host} or {@code container:<id>}
 * @param network its network namespace
 */
record Container(
    String id, String name, String networks, boolean ofImage, String mode, Network network) {
  private static final int SHORT = 12;
  private static final String SHARED = "container:";

  /**
   * A container's network namespace.
   *
   * @param sandboxId its identifier, new at each start; empty if the container shares another's
   * @param key file of the namespace, as the engine sees it; empty if there is none
   * @param pid first process of the container, as the engine sees it
   */
  record Network(String sandboxId, String key, long pid) {}

  /** Whether it shares the namespace of another container. */
  boolean sharesNetwork() {
    return mode.startsWith(SHARED);
  }

  /** Identifies one run of the container: each has a network namespace of its own. */
  String sandbox() {
    String run = network.sandboxId;
    return "%s:%s".formatted(id, run.substring(0, Math.min(SHORT, run.length())));
  }

  /** Candidate files of its namespace, the most reliable first. */
  List<Path> namespaces() {
    Path process = Path.of("/proc", Long.toString(network.pid), "ns", "net");
    return network.key.startsWith("/") ? List.of(Path.of(network.key), process) : List.of(process);
  }
}
