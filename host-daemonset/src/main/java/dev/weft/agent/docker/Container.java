package dev.weft.agent.docker;

import java.nio.file.Path;
import java.util.List;

/**
 * A container that runs, as its engine describes it.
 *
 * @param id its identifier, 64 hexadecimal digits
 * @param name its name, without the slash that the engine's API puts before it
 * @param networks value of the label {@code weft.dev/networks}
 * @param ofImage whether the image has the same label, so that nobody asked for this container
 * @param mode its network mode, such as {@code default}, {@code host} or {@code container:<id>}
 * @param network its network namespace
 */
record Container(
    String id, String name, String networks, boolean ofImage, String mode, Network network) {
  private static final int SHORT = 12;
  private static final String SHARED = "container:";

  /**
   * Where a container's network namespace is.
   *
   * @param sandboxId identifier of it, new at each start; empty if another container's is shared
   * @param key file that the engine keeps it by, as the engine sees it; empty if there is none
   * @param pid first process of the container, as the engine sees it
   */
  record Network(String sandboxId, String key, long pid) {}

  /** Whether its namespace is that of another container. */
  boolean sharesNetwork() {
    return mode.startsWith(SHARED);
  }

  /** Tells one run of the container from the next: each has a network namespace of its own. */
  String sandbox() {
    String run = network.sandboxId;
    return "%s:%s".formatted(id, run.substring(0, Math.min(SHORT, run.length())));
  }

  /** Files that may be its namespace, the surest first. */
  List<Path> namespaces() {
    Path process = Path.of("/proc", Long.toString(network.pid), "ns", "net");
    return network.key.startsWith("/") ? List.of(Path.of(network.key), process) : List.of(process);
  }
}
