package dev.weft.agent.docker;

import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the file of a container's network namespace. The engine may run in another mount or process
 * namespace than the agent, so its paths and process ids may be wrong or invalid here.
 */
final class ContainerNamespaces {
  private ContainerNamespaces() {}

  /** Empty if the agent sees no file that certainly is the namespace. */
  static Optional<Path> of(Container container) {
    return container.namespaces().stream()
        .filter(file -> !file.startsWith("/proc") || isProcessOf(container, file))
        .filter(ContainerNamespaces::isNamespace)
        .findFirst();
  }

  /**
   * All namespaces are files of one file system; without the engine's mount the path is an empty
   * file.
   */
  private static boolean isNamespace(Path file) {
    try (NetworkNamespace own = NetworkNamespace.current();
        NetworkNamespace found = NetworkNamespace.open(file)) {
      return found.id().device() == own.id().device();
    } catch (NetlinkException e) {
      return false;
    }
  }

  /** A process id of another PID namespace may name another process, in another control group. */
  private static boolean isProcessOf(Container container, Path file) {
    try {
      Path groups = file.resolve("../../cgroup").normalize();
      return Files.readString(groups).contains(container.id());
    } catch (IOException e) {
      return false;
    }
  }
}
