package dev.weft.importer;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The import's command line.
 *
 * <p>Exit status: 0 success; 1 nothing could be read; 64 a wrong command line.
 */
@Command(
    name = "docker",
    description =
        "Prints the networks and services of a Docker engine or of a Compose file as Weft's"
            + " resources. What these cannot say is told in comments. Nothing is changed.",
    mixinStandardHelpOptions = true)
public final class ImportMain implements Callable<Integer> {
  private static final int FAILURE = 1;
  private static final int USAGE = 64;

  @Option(
      names = "--host",
      paramLabel = "URI",
      defaultValue = "unix:///var/run/docker.sock",
      description = "The engine (${DEFAULT-VALUE}).")
  private URI host = URI.create("");

  @Option(
      names = "--compose",
      paramLabel = "FILE",
      description = "A Compose file instead of an engine.")
  private @Nullable Path compose;

  @Spec private @Nullable CommandSpec spec;

  /** Runs and exits with the status. */
  public static void main(String[] args) {
    System.exit(execute(args));
  }

  static int execute(String... args) {
    CommandLine line = new CommandLine(new ImportMain());
    line.setExecutionExceptionHandler((failure, command, _) -> {
      command.getErr().println("weft import: " + failure.getMessage());
      return FAILURE;
    });
    line.setParameterExceptionHandler((failure, _) -> {
      failure.getCommandLine().getErr().println("weft import: " + failure.getMessage());
      return USAGE;
    });
    return line.execute(args);
  }

  @Override
  public Integer call() throws IOException {
    List<Imported> imported =
        compose == null
            ? DockerApi.read(host)
            : Compose.read(ComposeYaml.read(Files.readString(compose)), project(compose));
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    out.print(Imported.yaml(imported));
    out.flush();
    return 0;
  }

  /** As Compose has it: the name of the file's folder. */
  private static String project(Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    Path name = folder == null ? null : folder.getFileName();
    return name == null ? "compose" : name.toString();
  }
}
