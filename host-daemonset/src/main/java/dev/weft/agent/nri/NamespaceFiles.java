package dev.weft.agent.nri;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds network namespaces where the agent sees them. A runtime names the file in its own mount
 * namespace, often below {@code /var/run}, which is a link that a container's image may lack; an
 * agent in a pod has the host's {@code /run/netns} mounted. A file that is there and no namespace,
 * such as the empty one below a mount that the agent does not see, does not count.
 */
final class NamespaceFiles {
  private static final Path OWN = Path.of("/proc/self/ns/net");
  private static final String LINK = "/var/run/";

  private NamespaceFiles() {}

  /** The file of the namespace that the node itself is in, as far as the agent shares it. */
  static Path own() {
    return OWN;
  }

  /** The file of a sandbox's own namespace; empty if there is none that the agent can see. */
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
