package dev.weft.importer.compose;

import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.translate.Workload;
import dev.weft.importer.yaml.UnreadableFile;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a service's environment: its files, then its own variables. */
public final class Environment {
  /** Templates that a Swarm fills in (docs.docker.com, service create, templates). */
  private static final Pattern TEMPLATE =
      Pattern.compile("\\{\\{\\s*\\.(Node|Service|Task)\\.[A-Za-z.]+\\s*}}");

  private static final Pattern INDEXED =
      Pattern.compile("\\{\\{\\s*index\\s+\\.(Node|Service|Task)\\.[^}]*}}");
  private static final Pattern WHOLE = Pattern.compile("\\{\\{\\s*\\.([A-Za-z.]+)\\s*}}");

  /** Fields of the pod that replace a template. */
  private static final Map<String, String> FIELDS =
      Map.of(
          "Node.Hostname", "spec.nodeName",
          "Node.ID", "spec.nodeName",
          "Task.Name", "metadata.name",
          "Task.ID", "metadata.uid");

  private final Cursor service;
  private final Workload workload;
  private final Variables variables;

  Environment(Cursor service, Workload workload, Variables variables) {
    this.service = service;
    this.workload = workload;
    this.variables = variables;
  }

  void read() {
    files(service.get("env_file"));
    service
        .get("environment")
        .pairs()
        .forEach((name, pair) -> {
          Optional<String> passed = pair.text() == null ? variables.get(name) : Optional.empty();
          if (passed.isPresent()) {
            pair.at().noted("its value is passed on from the environment of this command");
            variable(workload, name, passed.get(), pair.at());
          } else if (pair.text() == null) {
            secret(name, pair.at());
          } else {
            variable(workload, name, pair.text(), pair.at());
          }
        });
  }

  /**
   * Refers to a Secret for a variable without a value, which {@code docker compose up} takes from
   * the shell.
   */
  private void secret(String name, Cursor at) {
    String secret = workload.name() + "-env";
    String note =
        "it is passed on from a shell: kubectl create secret generic %s --from-literal=%s=VALUE"
            .formatted(secret, name);
    if (at.isPresent()) {
      at.changed(note);
    } else {
      workload.notes().say("%s: %s".formatted(at.path(), note));
    }
    workload.environment(
        new EnvVarBuilder()
            .withName(name)
            .withNewValueFrom()
            .withNewSecretKeyRef(name, secret, null)
            .endValueFrom()
            .build());
  }

  /**
   * Adds a variable with a value. A template of Docker becomes a field of the pod if there is an
   * equivalent.
   */
  public static void variable(Workload workload, String name, @Nullable String value, Cursor at) {
    String text = value == null ? "" : value;
    if (name.isEmpty() || name.indexOf('=') >= 0 || name.chars().anyMatch(each -> each < ' ')) {
      at.refused("a variable has a name");
      return;
    }
    if (!isTemplate(text)) {
      workload.environment(new EnvVarBuilder().withName(name).withValue(literal(text)).build());
      return;
    }
    Matcher whole = WHOLE.matcher(text.strip());
    String field = whole.matches() ? FIELDS.get(whole.group(1)) : null;
    if (field == null) {
      at.dropped("Kubernetes expands no {{templates}}; set %s in another way".formatted(name));
      return;
    }
    at.changed("%s is the pod's field %s".formatted(name, field));
    workload.environment(
        new EnvVarBuilder()
            .withName(name)
            .withNewValueFrom()
            .withNewFieldRef(null, field)
            .endValueFrom()
            .build());
  }

  public static boolean isTemplate(String text) {
    return TEMPLATE.matcher(text).find() || INDEXED.matcher(text).find();
  }

  /**
   * Escapes a text for variables and arguments, in which Kubernetes replaces {@code $(X)} and
   * halves {@code $$}.
   */
  public static String literal(String text) {
    return text.replaceAll("\\$(?=[$(])", "\\$\\$");
  }

  private void files(Cursor files) {
    for (Cursor each : files.isObject() ? java.util.List.of(files) : files.items()) {
      Cursor path = each.isObject() ? each.get("path") : each;
      boolean required = !each.isObject() || each.get("required").truth().orElse(true);
      Optional<String> format = each.isObject() ? each.get("format").filled() : Optional.empty();
      path.filled().ifPresent(name -> file(path, name, required, format.orElse("")));
    }
  }

  private void file(Cursor at, String name, boolean required, String format) {
    Path folder = Path.of(at.place().file()).getParent();
    Path path = folder == null ? Path.of(name) : folder.resolve(name);
    if (!Files.isRegularFile(path)) {
      if (required) {
        at.refused("there is no such file; its variables are missing");
      } else {
        at.noted("there is no such file, and it is not required");
      }
      return;
    }
    try {
      Map<String, String> found =
          format.equals("raw") ? raw(path) : ComposeFiles.variables(path, variables.all());
      found.forEach((variable, value) -> variable(workload, variable, value, at));
      at.changed(
          "its %d variables are written out; look through them before you commit them"
              .formatted(found.size()));
    } catch (IOException | UnreadableFile e) {
      at.refused(String.valueOf(e.getMessage()));
    }
  }

  /** Reads one variable per line, without substitution. */
  private static Map<String, String> raw(Path path) throws IOException {
    Map<String, String> found = new java.util.LinkedHashMap<>();
    for (String line : Files.readAllLines(path)) {
      int equals = line.indexOf('=');
      if (equals > 0 && !line.startsWith("#")) {
        found.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return found;
  }
}
