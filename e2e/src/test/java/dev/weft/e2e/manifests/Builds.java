package dev.weft.e2e.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What is built from {@code kustomize/}. */
public final class Builds {
  static final Path KUSTOMIZE = Path.of("..").toAbsolutePath().normalize().resolve("kustomize");
  static final String BASE = "base";

  private Builds() {}

  /** Folders that are built: each component with the base. */
  public static List<String> all() throws IOException {
    return Stream.of(
            Stream.of(BASE, "examples/production"),
            components().stream(),
            folders("overlays").stream())
        .flatMap(each -> each)
        .toList();
  }

  static List<String> components() throws IOException {
    return folders("components");
  }

  private static List<String> folders(String of) throws IOException {
    try (Stream<Path> folders = Files.list(KUSTOMIZE.resolve(of))) {
      return folders.map(each -> KUSTOMIZE.relativize(each).toString()).sorted().toList();
    }
  }

  /**
   * The objects of one of {@link #all}.
   *
   * @param scratch an empty folder
   */
  public static List<JsonNode> of(String what, Path scratch) throws IOException {
    return Documents.of(
        what.startsWith("components")
            ? with(List.of(what), scratch)
            : Kubectl.withComponentsOrSkip().build(KUSTOMIZE.resolve(what)));
  }

  /** The base with components, as an overlay of a user would have them. */
  static String with(List<String> components, Path scratch) throws IOException {
    Path folder = Files.createDirectories(scratch.toRealPath().resolve("overlay"));
    StringBuilder text = new StringBuilder("resources:\n- ");
    text.append(folder.relativize(KUSTOMIZE.resolve(BASE))).append("\ncomponents:\n");
    for (String component : components) {
      text.append("- ").append(folder.relativize(KUSTOMIZE.resolve(component))).append('\n');
    }
    Files.writeString(folder.resolve("kustomization.yaml"), text);
    return Kubectl.withComponentsOrSkip().build(folder);
  }
}
