package dev.weft.importer.compose;

import dev.weft.api.Driver;
import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.translate.ResourceNames;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Imports a Compose project: its networks, volumes, configs and secrets, then its services. */
public final class ComposeProject {
  private static final String DEFAULT = "default";
  private static final Set<String> SECTIONS =
      Set.of("services", "networks", "volumes", "configs", "secrets");

  private final Settings settings;
  private final Cursor root;
  private final Notes notes;
  private final Map<String, ComposeNetwork> networks = new LinkedHashMap<>();
  private final String project;

  /**
   * Settings of an import.
   *
   * @param project project name that overrides the one in a file; null: not given
   * @param folder default project name if no file gives one
   * @param profiles enabled profiles; {@code *}: all
   */
  public record Settings(
      @Nullable String project, String folder, Set<String> profiles, Variables variables) {
    /** Determines the settings as Compose does: variables of the shell override those of files. */
    public static Settings of(Path file, Given given) throws IOException {
      Path folder = file.toAbsolutePath().normalize().getParent();
      Path beside = file.resolveSibling(".env");
      List<Path> files =
          given.files.isEmpty() && Files.isRegularFile(beside) ? List.of(beside) : given.files;
      Map<String, String> found = new LinkedHashMap<>();
      for (Path each : files) {
        found.putAll(ComposeFiles.variables(each, given.shell));
      }
      Variables variables = new Variables(found, given.shell);
      Set<String> profiles = new LinkedHashSet<>(given.profiles);
      variables
          .get("COMPOSE_PROFILES")
          .ifPresent(each -> profiles.addAll(List.of(each.split(",", -1))));
      String project =
          given.project == null
              ? variables.get("COMPOSE_PROJECT_NAME").filter(each -> !each.isEmpty()).orElse(null)
              : given.project;
      Path name = folder == null ? null : folder.getFileName();
      return new Settings(project, name == null ? "" : name.toString(), profiles, variables);
    }
  }

  /** Options of the command line, and variables of the shell. */
  public record Given(
      @Nullable String project,
      Set<String> profiles,
      List<Path> files,
      Map<String, String> shell) {}

  private ComposeProject(Mapping root, Settings settings, Notes notes) {
    this.settings = settings;
    this.notes = notes;
    this.root = new Cursor("", root, notes);
    String named = this.root.get("name").filled().orElse(settings.folder);
    this.project =
        normalized(settings.project == null ? named : settings.project).orElse("compose");
  }

  /** Reads files; a later one overrides an earlier one. */
  public static List<Imported> read(List<Path> files, Settings settings) throws IOException {
    Notes notes = new Notes();
    Mapping root = ComposeFiles.load(files, settings.variables, notes);
    return new ComposeProject(root, settings, notes).all();
  }

  /** Project name as Compose normalizes it; empty if no character is left. */
  public static Optional<String> normalized(String name) {
    String bare =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "").replaceAll("^[_-]+", "");
    return bare.isEmpty() ? Optional.empty() : Optional.of(bare);
  }

  private List<Imported> all() {
    head();
    List<Imported> imported = new ArrayList<>();
    imported.add(Imported.of("project " + project, notes));
    Map<String, Cursor> services = fresh("services");
    networks(services);
    networks.values().forEach(each -> imported.add(each.imported()));
    Map<String, ComposeStore> volumes = stores("volumes", ComposeStore.Kind.VOLUME, imported);
    Map<String, ComposeStore> configs = stores("configs", ComposeStore.Kind.CONFIG, imported);
    Map<String, ComposeStore> secrets = stores("secrets", ComposeStore.Kind.SECRET, imported);
    ServiceReader.Surroundings around =
        new ServiceReader.Surroundings(
            project, networks, new Stores(volumes, configs, secrets), settings);
    ResourceNames names = ResourceNames.services(services.keySet());
    services.forEach(
        (name, service) -> imported.add(ServiceReader.read(name, names.of(name), service, around)));
    return imported;
  }

  /** Volumes, configs and secrets of a project by key. */
  record Stores(
      Map<String, ComposeStore> volumes,
      Map<String, ComposeStore> configs,
      Map<String, ComposeStore> secrets) {}

  private void head() {
    root.get("version").noted("Compose ignores it");
    root.get("name")
        .noted(
            settings.project == null
                ? "networks and volumes carry it, as Compose has them"
                : "%s was given, which goes before it".formatted(settings.project));
    SECTIONS.forEach(each -> root.get(each).take());
    root.entries()
        .forEach((key, each) -> {
          if (key.startsWith("x-")) {
            each.noted("Compose reads only aliases to it");
          }
        });
    root.rest(key -> "Compose knows no such section");
  }

  /** A section's objects, each with notes of its own. */
  private Map<String, Cursor> fresh(String section) {
    Map<String, Cursor> fresh = new LinkedHashMap<>();
    if (root.get(section).value().orElse(null) instanceof Mapping map) {
      map.entries()
          .forEach((name, value) ->
              fresh.put(name, new Cursor(section + "." + name, value, new Notes())));
    } else if (root.get(section).isPresent()) {
      root.get(section).refused("an object is expected here");
    }
    return fresh;
  }

  private Map<String, ComposeStore> stores(
      String section, ComposeStore.Kind kind, List<Imported> imported) {
    Map<String, ComposeStore> stores = new LinkedHashMap<>();
    if (root.get(section).value().orElse(null) instanceof Mapping map) {
      Map<String, String> engineNames = new LinkedHashMap<>();
      map.entries()
          .forEach(
              (key, value) -> engineNames.put(key, ComposeStore.engineName(project, key, value)));
      ResourceNames names = ResourceNames.networks(engineNames.values());
      map.entries()
          .forEach((key, value) -> {
            Notes own = new Notes();
            ComposeStore store =
                new ComposeStore(
                    kind,
                    key,
                    names.of(engineNames.getOrDefault(key, key)),
                    new Cursor(section + "." + key, value, own));
            stores.put(key, store);
            imported.add(store.imported(own));
          });
    }
    return stores;
  }

  private void networks(Map<String, Cursor> services) {
    Map<String, Value> declared = new LinkedHashMap<>();
    if (root.get("networks").value().orElse(null) instanceof Mapping map) {
      declared.putAll(map.entries());
    } else if (root.get("networks").isPresent()) {
      root.get("networks").refused("an object is expected here");
    }
    Set<String> keys = new LinkedHashSet<>(declared.keySet());
    if (services.values().stream().anyMatch(ServiceReader::isOnDefault)) {
      keys.add(DEFAULT);
    }
    Map<String, String> engineNames = new LinkedHashMap<>();
    keys.forEach(
        key -> engineNames.put(key, ComposeNetwork.engineName(project, key, declared.get(key))));
    ResourceNames names = ResourceNames.networks(engineNames.values());
    keys.forEach(key -> {
      String engineName = engineNames.getOrDefault(key, key);
      Notes own = new Notes();
      networks.put(
          key,
          ComposeNetwork.read(
              key,
              new ComposeNetwork.Named(engineName, names.of(engineName)),
              new Cursor("networks." + key, declared.get(key), own),
              own));
    });
  }

  static Optional<Driver> driver(String name) {
    return Driver.of(name).filter(each -> each != Driver.HOST);
  }
}
