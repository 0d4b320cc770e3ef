package dev.weft.importer;

import dev.weft.importer.compose.ComposeProject;
import dev.weft.importer.engine.DockerApi;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.yaml.UnreadableFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Command line of the import.
 *
 * <p>Exit status: 0 success; 1 nothing could be read; 2 a value was refused, the rest is written; 3
 * something was dropped and {@code --strict} is given; 64 a wrong command line.
 */
@Command(
    name = "docker",
    description =
        "Prints the networks and services of a Docker engine or of Compose files as resources."
            + " What these cannot say is in comments, and in a table at the end. Nothing is"
            + " changed.",
    mixinStandardHelpOptions = true)
public final class ImportMain implements Callable<Integer> {
  private static final int FAILURE = 1;
  private static final int USAGE = 64;

  private final Map<String, String> shell;

  @Option(
      names = "--host",
      paramLabel = "URI",
      defaultValue = "unix:///var/run/docker.sock",
      description = "The engine (${DEFAULT-VALUE}).")
  private URI host = URI.create("");

  @Option(
      names = "--compose",
      paramLabel = "FILE",
      description = "A Compose file instead of an engine; a further one goes over the first.")
  private List<Path> compose = new ArrayList<>();

  @Option(
      names = "--env-file",
      paramLabel = "FILE",
      description = "Variables, instead of .env beside the first Compose file.")
  private List<Path> variables = new ArrayList<>();

  @Option(
      names = {"-p", "--project-name"},
      paramLabel = "NAME",
      description =
          "Prefix of networks and volumes, instead of the name in the file or its folder's.")
  private @Nullable String project;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "Enables a profile; '*' enables all.")
  private Set<String> profiles = new LinkedHashSet<>();

  @Option(names = "--strict", description = "Exit status 3 if anything was dropped.")
  private boolean strict;

  @Spec private @Nullable CommandSpec spec;

  private ImportMain(Map<String, String> shell) {
    this.shell = shell;
  }

  /** Runs and exits with the status. */
  public static void main(String[] args) {
    System.exit(
        execute(
            System.getenv(),
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args));
  }

  static int execute(
      Map<String, String> shell, PrintWriter out, PrintWriter errors, String... args) {
    CommandLine line = new CommandLine(new ImportMain(shell)).setOut(out).setErr(errors);
    line.setExecutionExceptionHandler((failure, command, _) -> {
      command.getErr().println("weft import: " + said(failure));
      return FAILURE;
    });
    line.setParameterExceptionHandler((failure, _) -> {
      failure.getCommandLine().getErr().println("weft import: " + failure.getMessage());
      return USAGE;
    });
    return line.execute(args);
  }

  private static String said(Exception failure) {
    return switch (failure) {
      case UnreadableFile unreadable -> String.valueOf(unreadable.getMessage());
      case java.nio.file.NoSuchFileException none -> none.getMessage() + ": there is no such file";
      case java.nio.file.AccessDeniedException none -> none.getMessage() + ": it may not be read";
      default -> String.valueOf(failure.getMessage());
    };
  }

  @Override
  public Integer call() throws IOException {
    boolean engine = compose.isEmpty();
    List<Imported> imported =
        engine ? DockerApi.read(host) : ComposeProject.read(compose, settings());
    CommandLine line = Objects.requireNonNull(spec, "picocli sets it").commandLine();
    line.getOut().print(Imported.yaml(imported));
    line.getOut().flush();
    Summary summary = new Summary(imported);
    line.getErr().print(summary.text());
    line.getErr().flush();
    return summary.status(strict);
  }

  private ComposeProject.Settings settings() throws IOException {
    return ComposeProject.Settings.of(
        compose.getFirst(), new ComposeProject.Given(project, profiles, variables, shell));
  }
}
