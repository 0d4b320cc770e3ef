package dev.weft.e2e.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The real kubectl of this machine. */
public final class Kubectl {
  private static final int COMPONENTS_SINCE = 21;
  private static final Pattern MINOR = Pattern.compile("\"minor\": *\"(\\d+)");

  private final List<String> command;

  private Kubectl(List<String> command) {
    this.command = command;
  }

  /**
   * Output of a run.
   *
   * @param status its exit status
   */
  public record Output(int status, String out, String err) {
    /** Its standard output, if it succeeded. */
    public String orFail() {
      if (status != 0) {
        throw new AssertionError("kubectl ended with status %d: %s".formatted(status, err));
      }
      return out;
    }

    /** Everything that it printed. */
    public String text() {
      return out + err;
    }
  }

  /** Finds kubectl, or skips the test. */
  public static Kubectl orSkip() {
    Optional<Kubectl> found = find();
    assumeTrue(found.isPresent(), "there is no kubectl in PATH or KUBEBUILDER_ASSETS");
    return found.orElseThrow();
  }

  /** Finds one whose kustomize has components, or skips the test. */
  public static Kubectl withComponentsOrSkip() {
    Kubectl kubectl = orSkip();
    Matcher minor = MINOR.matcher(kubectl.run("version", "--client", "-o", "json").orFail());
    assumeTrue(
        minor.find() && Integer.parseInt(minor.group(1)) >= COMPONENTS_SINCE,
        "kubectl is older than 1.%d, whose kustomize has no components"
            .formatted(COMPONENTS_SINCE));
    return kubectl;
  }

  private static Optional<Kubectl> find() {
    Map<String, String> environment = System.getenv();
    Stream<String> assets = Stream.ofNullable(environment.get("KUBEBUILDER_ASSETS"));
    Stream<String> path =
        Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1));
    return Stream.concat(assets, path)
        .map(folder -> Path.of(folder, "kubectl"))
        .filter(Files::isExecutable)
        .findFirst()
        .map(program -> new Kubectl(List.of(program.toString())));
  }

  /** The same program, on the cluster of a kubeconfig. */
  public Kubectl on(Path kubeconfig) {
    return new Kubectl(
        Stream.concat(command.stream(), Stream.of("--kubeconfig=" + kubeconfig)).toList());
  }

  /** The YAML that a kustomization renders. */
  String build(Path kustomization) {
    return run("kustomize", kustomization.toString()).orFail();
  }

  /** Runs it. */
  public Output run(String... arguments) {
    return feed("", arguments);
  }

  /** Runs it with this standard input. */
  public Output feed(String input, String... arguments) {
    List<String> words = Stream.concat(command.stream(), Stream.of(arguments)).toList();
    try {
      Path file = Files.createTempFile("kubectl", ".in");
      Path errors = Files.createTempFile("kubectl", ".err");
      try {
        Files.writeString(file, input);
        Process process =
            new ProcessBuilder(words)
                .redirectInput(file.toFile())
                .redirectError(errors.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Output(process.waitFor(), out, Files.readString(errors));
      } finally {
        Files.delete(file);
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
