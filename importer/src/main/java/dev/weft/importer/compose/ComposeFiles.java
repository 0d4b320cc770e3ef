package dev.weft.importer.compose;

import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.yaml.SourcePosition;
import dev.weft.importer.yaml.UnreadableFile;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Broken;
import dev.weft.importer.yaml.Value.Listing;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Scalar;
import dev.weft.importer.yaml.YamlReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads Compose files into one document. It resolves variables, several documents, include and
 * extends.
 */
final class ComposeFiles {
  private static final Set<String> SECTIONS =
      Set.of("services", "networks", "volumes", "configs", "secrets", "include");

  private final Notes notes;
  private final Merge merge;
  private final Set<Path> including = new HashSet<>();

  private ComposeFiles(Notes notes) {
    this.notes = notes;
    this.merge = new Merge(notes);
  }

  /**
   * Merges all files into one document; a later file overrides an earlier one.
   *
   * @throws UnreadableFile if a file is not a Compose file
   */
  static Mapping load(List<Path> files, Variables variables, Notes notes) throws IOException {
    ComposeFiles loader = new ComposeFiles(notes);
    Mapping whole = null;
    for (Path each : files) {
      Mapping file = loader.file(each, variables);
      whole = whole == null ? file : (Mapping) loader.merge.lay(file, whole, "");
    }
    if (whole == null) {
      throw new UnreadableFile("no Compose file is given");
    }
    return (Mapping) Merge.settled(whole);
  }

  private Mapping file(Path path, Variables variables) throws IOException {
    if (!including.add(path.toAbsolutePath().normalize())) {
      throw new UnreadableFile(
          new SourcePosition(path.toString(), 1, 1), "the file includes itself");
    }
    Mapping whole = null;
    for (Mapping each : documents(path, variables)) {
      Mapping document = extended(each, path, variables);
      whole = whole == null ? document : (Mapping) merge.lay(document, whole, "");
    }
    if (whole == null) {
      throw new UnreadableFile(new SourcePosition(path.toString(), 1, 1), "the file is empty");
    }
    Mapping included = included(whole, path, variables);
    including.remove(path.toAbsolutePath().normalize());
    return included;
  }

  private List<Mapping> documents(Path path, Variables variables) throws IOException {
    byte[] content = Files.readAllBytes(path);
    return YamlReader.read(path.toString(), content).stream()
        .map(each -> checked(filled(each, variables, "")))
        .toList();
  }

  private static Mapping checked(Value document) {
    if (!(document instanceof Mapping map)) {
      throw new UnreadableFile(document.place(), "this is no Compose file: an object is expected");
    }
    if (map.entries().containsKey("apiVersion") && map.entries().containsKey("kind")) {
      throw new UnreadableFile(map.place(), "this is no Compose file: it is a Kubernetes manifest");
    }
    boolean known =
        map.entries().entrySet().stream()
            .anyMatch(
                each -> SECTIONS.contains(each.getKey()) && !(each.getValue() instanceof Broken));
    if (!known) {
      boolean first =
          map.entries().values().stream()
              .anyMatch(each ->
                  each instanceof Mapping service && service.entries().containsKey("image"));
      throw new UnreadableFile(
          map.place(),
          first
              ? "this is Compose's first format; put its services under the key services"
              : "this is no Compose file: it has no services, networks or volumes");
    }
    Value services = map.entries().get("services");
    if (services != null && !isObject(services)) {
      throw new UnreadableFile(services.place(), "services must be an object of services by name");
    }
    return map;
  }

  private static boolean isObject(Value value) {
    return value instanceof Mapping
        || (value instanceof Scalar scalar && scalar.kind() == Value.Kind.NOTHING);
  }

  /**
   * Fills in the variables of every text. A text that cannot be filled becomes {@link Broken}, and
   * the others are not affected.
   */
  private Value filled(Value value, Variables variables, String path) {
    return switch (value) {
      case Mapping map -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        map.entries()
            .forEach((key, each) ->
                entries.put(key, filled(each, variables, path.isEmpty() ? key : path + "." + key)));
        Mapping filled = Mapping.of(map.place(), entries);
        yield new Mapping(map.place(), map.meeting(), filled.entries());
      }
      case Listing list ->
          new Listing(
              list.place(),
              list.meeting(),
              list.items().stream().map(each -> filled(each, variables, path + "[]")).toList());
      case Scalar scalar when scalar.text().indexOf('$') >= 0 -> {
        SequencedSet<String> unset = new LinkedHashSet<>();
        try {
          Scalar text = scalar.withText(variables.fill(scalar.text(), unset));
          unset.forEach(name ->
              notes.add(
                  Fate.CHANGED,
                  scalar.place(),
                  path,
                  "variable %s is not set, so it is empty here".formatted(name)));
          yield text;
        } catch (IllegalArgumentException e) {
          yield new Broken(
              scalar.place(), scalar.meeting(), scalar.written(), String.valueOf(e.getMessage()));
        }
      }
      case Scalar scalar -> scalar;
      case Broken broken -> broken;
    };
  }

  private Mapping included(Mapping document, Path path, Variables variables) throws IOException {
    Cursor include = new Cursor("include", document.entries().get("include"), notes);
    Mapping whole = document.without("include");
    for (Cursor each : include.items()) {
      Cursor paths = each.isObject() ? each.get("path") : each;
      for (Cursor one : paths.items()) {
        String name = one.filled().orElse("");
        Path other = beside(path, name);
        if (!Files.isRegularFile(other)) {
          one.refused("there is no such file; put it there");
          continue;
        }
        one.noted("its content is part of this");
        whole = (Mapping) merge.lay(whole, file(other, variables), "");
      }
    }
    include.rest(_ -> "the import reads .env beside the first file only");
    return whole;
  }

  private static Path beside(Path path, String name) {
    Path folder = path.getParent();
    return folder == null ? Path.of(name) : folder.resolve(name);
  }

  private Mapping extended(Mapping document, Path path, Variables variables) throws IOException {
    if (!(document.entries().get("services") instanceof Mapping services)) {
      return document;
    }
    Map<String, Value> done = new LinkedHashMap<>();
    for (String each : services.entries().keySet()) {
      done.put(each, service(each, services, new Origin(path, new HashSet<>()), variables));
    }
    Mapping replaced = new Mapping(services.place(), services.meeting(), new LinkedHashMap<>(done));
    return document.with("services", replaced);
  }

  /** File of an extended service, and the services seen on the way to it. */
  private record Origin(Path file, Set<String> seen) {}

  private Value service(String name, Mapping services, Origin origin, Variables variables)
      throws IOException {
    Value found = services.entries().get(name);
    if (!(found instanceof Mapping service) || !service.entries().containsKey("extends")) {
      return found == null ? Value.text(services.place(), "") : found;
    }
    String at = "services." + name;
    Cursor extend = new Cursor(at + ".extends", service.entries().get("extends"), notes);
    Mapping own = service.without("extends");
    String base = (extend.isObject() ? extend.get("service") : extend).filled().orElse(name);
    String file = extend.get("file").filled().orElse(null);
    if (!origin.seen.add(origin.file + " " + name)) {
      extend.refused("the services extend each other in a circle");
      return own;
    }
    Path source = file == null ? origin.file : beside(origin.file, file);
    Mapping from = file == null ? services : services(source, extend, variables);
    if (from == null) {
      return own;
    }
    if (!(from.entries().get(base) instanceof Mapping)) {
      extend.refused("there is no service %s in %s".formatted(base, source));
      return own;
    }
    extend.noted("what it says is part of this service");
    Value under = service(base, from, new Origin(source, origin.seen), variables);
    return merge.lay(own, under, at);
  }

  private @Nullable Mapping services(Path file, Cursor extend, Variables variables)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      extend.refused("there is no file %s; put it there".formatted(file));
      return null;
    }
    Mapping whole = null;
    for (Mapping each : documents(file, variables)) {
      whole = whole == null ? each : (Mapping) merge.lay(each, whole, "");
    }
    return whole != null && whole.entries().get("services") instanceof Mapping services
        ? services
        : Mapping.of(extend.place(), new LinkedHashMap<>());
  }

  /**
   * Reads the variables of a file.
   *
   * @throws UnreadableFile with file and line
   */
  static Map<String, String> variables(Path file, Map<String, String> outer) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return DotEnv.read(file.toString(), text, outer);
  }
}
