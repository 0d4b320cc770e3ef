package dev.weft.agent.nri;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the files of network namespaces in the agent's mount namespace. A runtime reports the path
 * in its own mount namespace, often below {@code /var/run}, a link that a container's image may
 * lack. An agent in a pod has the host's {@code /run/netns} mounted. Files that are no namespace do
 * not count, such as the empty file below a mount that the agent does not see.
 */
final class NamespaceFiles {
  private static final Path OWN = Path.of("/proc/self/ns/net");
  private static final String LINK = "/var/run/";

  private NamespaceFiles() {}

  /** The agent's own network namespace, which is the node's. */
  static Path own() {
    return OWN;
  }

  /** The file of a sandbox's own namespace; empty if the agent sees none. */
  static Optional<Path> find(PodSandbox sandbox) {
    if (!sandbox.netns().startsWith("/") || sandbox.netns().indexOf('\0') >= 0) {
      return Optional.empty();
    }
    String direct =
        sandbox.netns().startsWith(LINK)
            ? "/run/" + sandbox.netns().substring(LINK.length())
            : sandbox.netns();
    return Stream.of(direct, sandbox.netns(), "/proc/%d/ns/net".formatted(sandbox.pid()))
        .map(Path::of)
        .filter(NamespaceFiles::isNamespace)
        .findFirst();
  }

  private static boolean isNamespace(Path file) {
    try {
      return Files.getAttribute(file, "unix:dev").equals(Files.getAttribute(OWN, "unix:dev"));
    } catch (IOException e) {
      return false;
    }
  }
}
