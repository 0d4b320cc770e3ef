package dev.weft.agent;

import dev.weft.agent.docker.DockerSandboxes;
import dev.weft.agent.nri.NriSandboxes;
import dev.weft.agent.sandbox.JoinedSandboxes;
import dev.weft.agent.sandbox.NamespaceDirectory;
import dev.weft.agent.sandbox.Sandboxes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the sources of sandboxes; several may be used at once. */
final class SandboxOptions {
  private static final Path DIRECTORY = Path.of("/run/weft/sandboxes");

  @Option(
      names = "--sandboxes",
      paramLabel = "DIR",
      description =
          "Directory with a file for each sandbox; where no source is named, "
              + "/run/weft/sandboxes.")
  @Nullable Path directory;

  @Option(
      names = "--nri",
      paramLabel = "SOCKET",
      description =
          "NRI socket of containerd or CRI-O, to attach its pods, such as"
              + " /var/run/nri/nri.sock.")
  @Nullable Path nri;

  @Option(
      names = "--docker",
      paramLabel = "URI",
      description =
          "Docker engine, to attach its containers with the label weft.dev/networks, such as"
              + " unix:///var/run/docker.sock.")
  @Nullable URI docker;

  /** Opens the selected sources, to be closed by the caller. */
  Sandboxes open() throws IOException {
    List<Sandboxes> sources = new ArrayList<>();
    try {
      if (directory != null) {
        sources.add(new NamespaceDirectory(directory));
      }
      if (nri != null) {
        sources.add(new NriSandboxes(nri));
      }
      if (docker != null) {
        sources.add(new DockerSandboxes(docker));
      }
      if (sources.isEmpty()) {
        sources.add(new NamespaceDirectory(DIRECTORY));
      }
      return new JoinedSandboxes(sources);
    } catch (IOException | RuntimeException e) {
      sources.forEach(Sandboxes::close);
      throw e;
    }
  }
}
