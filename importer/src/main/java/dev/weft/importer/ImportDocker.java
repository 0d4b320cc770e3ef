package dev.weft.importer;

import dev.weft.importer.compose.ComposeProject;
import dev.weft.importer.engine.DockerApi;
import dev.weft.importer.translate.Imported;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Imports from a Docker engine or from Compose files. */
@Command(
    name = "docker",
    description =
        "Prints the networks and services of a Docker engine or of Compose files as resources."
            + " What these cannot say is in comments, and in a table at the end. Nothing is"
            + " changed.",
    mixinStandardHelpOptions = true)
final class ImportDocker implements Callable<Integer> {
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

  ImportDocker(Map<String, String> shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    boolean engine = compose.isEmpty();
    List<Imported> imported =
        engine ? DockerApi.read(host) : ComposeProject.read(compose, settings());
    return Summary.print(imported, Objects.requireNonNull(spec, "picocli sets it"), strict);
  }

  private ComposeProject.Settings settings() throws IOException {
    return ComposeProject.Settings.of(
        compose.getFirst(), new ComposeProject.Given(project, profiles, variables, shell));
  }
}
