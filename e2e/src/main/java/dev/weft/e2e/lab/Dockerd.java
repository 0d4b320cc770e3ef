package dev.weft.e2e.lab;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Docker engine in a node of the lab, with the plain {@code docker} command. */
public final class Dockerd {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Lab lab;
  private final LabNode node;
  private final Path folder;
  private final List<String> options;
  private Process process;

  private Dockerd(Lab lab, LabNode node, Path folder, List<String> options) {
    this.lab = lab;
    this.node = node;
    this.folder = folder;
    this.options = options;
    this.process = launch();
  }

  /**
   * Programs that the machine lacks for an engine, with their packages; empty if there are none.
   */
  public static Optional<String> missing() {
    return Stream.of("dockerd", "docker", "containerd", "runc", "busybox", "tar")
        .filter(name -> find(name).isEmpty())
        .findFirst()
        .map(name -> name + " is not installed (Debian: docker.io, busybox-static)");
  }

  /** Socket of the engine on the node with this number. */
  public static Path socket(Lab lab, int number) {
    return folder(lab, number).resolve("sock");
  }

  private static Path folder(Lab lab, int number) {
    return lab.directory().resolve("docker-" + number);
  }

  /** Programs that the machine lacks for an engine that writes its rules of iptables. */
  public static Optional<String> missingForFirewall() {
    return missing()
        .or(() ->
            find("iptables").isPresent()
                ? Optional.empty()
                : Optional.of("iptables is not installed (Debian: iptables)"));
  }

  /**
   * Starts an engine that leaves the packet filter alone, and imports the image {@code busybox}.
   */
  public static Dockerd start(Lab lab, LabNode node, int number) {
    return start(lab, node, number, List.of("--iptables=false"));
  }

  /** Starts an engine with its own defaults, and imports the image {@code busybox}. */
  public static Dockerd startWithFirewall(Lab lab, LabNode node, int number) {
    return start(lab, node, number, List.of());
  }

  private static Dockerd start(Lab lab, LabNode node, int number, List<String> options) {
    Path folder = folder(lab, number);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Dockerd engine = new Dockerd(lab, node, folder, options);
    engine.importImage();
    return engine;
  }

  /** Restarts the engine, which ends its containers. */
  public void restart() {
    stop();
    process = launch();
  }

  /** Stops the engine, which ends its containers. */
  public void stop() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("dockerd does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Process launch() {
    List<String> command =
        new ArrayList<>(
            List.of(
                // otherwise a service's task first waits for an unreachable registry
                "env",
                "DOCKER_SERVICE_PREFER_OFFLINE_IMAGE=1",
                "dockerd",
                "--storage-driver=vfs",
                "--data-root=" + folder.resolve("data"),
                "--exec-root=" + folder.resolve("exec"),
                "--pidfile=" + folder.resolve("pid"),
                "-H",
                "unix://" + folder.resolve("sock")));
    command.addAll(options);
    Process started = lab.start(node, folder.resolve("log"), command);
    await("an engine").atMost(PATIENCE).until(() -> run("docker", "-H", host(), "version") == 0);
    return started;
  }

  private void importImage() {
    Path root = folder.resolve("image");
    try {
      Files.createDirectories(root.resolve("bin"));
      Files.copy(find("busybox").orElseThrow(), root.resolve("bin/busybox"));
      for (String applet : List.of("sh", "ip", "ping", "sleep")) {
        Files.createSymbolicLink(root.resolve("bin").resolve(applet), Path.of("busybox"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Path archive = folder.resolve("image.tar");
    check("tar", "-C", root.toString(), "-cf", archive.toString(), ".");
    // handles SIGTERM: an ending engine waits for its containers
    docker(
        "import",
        "-c",
        "CMD [\"/bin/sh\", \"-c\", \"trap 'exit 0' TERM; sleep 100000 & wait\"]",
        archive.toString(),
        "busybox");
  }

  /** Runs {@code docker ARGUMENTS} and returns what it prints; it must succeed. */
  public String docker(String... arguments) {
    return check(
        Stream.concat(Stream.of("docker", "-H", host()), Stream.of(arguments))
            .toArray(String[]::new));
  }

  /** Whether {@code docker ARGUMENTS} succeeds. */
  public boolean succeeds(String... arguments) {
    return run(
            Stream.concat(Stream.of("docker", "-H", host()), Stream.of(arguments))
                .toArray(String[]::new))
        == 0;
  }

  /** Socket of its API. */
  public Path socket() {
    return folder.resolve("sock");
  }

  private String host() {
    return "unix://" + socket();
  }

  private static String check(String... command) {
    try {
      Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (started.waitFor() != 0) {
        throw new IllegalStateException("%s: %s".formatted(List.of(command), output));
      }
      return output.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static int run(String... command) {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  private static Optional<Path> find(String name) {
    return Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin"))
        .map(each -> Path.of(each, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
