package dev.weft.agent.sandbox;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.SandboxReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON file of one sandbox, {@code <id>.json}. */
@JsonIgnoreProperties(ignoreUnknown = true)
record SandboxFile(
    @Nullable String id,
    @Nullable String namespace,
    @Nullable String pod,
    @Nullable String podUid,
    @Nullable String netns,
    @Nullable String networks,
    @Nullable String multus) {
  static final String SUFFIX = ".json";
  private static final int LIMIT = 16 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The sandbox's id from a file's name; empty if the file is not a sandbox's. */
  static Optional<String> id(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(SUFFIX) && !name.startsWith(".") && name.length() > SUFFIX.length()
        ? Optional.of(name.substring(0, name.length() - SUFFIX.length()))
        : Optional.empty();
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException with a message for the user, if it describes no sandbox
   * @throws IOException if it does not exist or cannot be read
   */
  static Sandbox read(Path file) throws IOException {
    if (Files.size(file) > LIMIT) {
      throw new IllegalArgumentException(
          "%s has more than %d bytes".formatted(file.getFileName(), LIMIT));
    }
    byte[] bytes = Files.readAllBytes(file);
    return parse(bytes).sandbox(id(file).orElseThrow());
  }

  private static SandboxFile parse(byte[] bytes) {
    try {
      SandboxFile parsed = JSON.readValue(bytes, SandboxFile.class);
      if (parsed == null) {
        throw new IllegalArgumentException("the file holds no JSON object");
      }
      return parsed;
    } catch (IOException e) {
      String why =
          e.getMessage() == null ? e.toString() : e.getMessage().lines().findFirst().orElse("");
      throw new IllegalArgumentException("the file is not a sandbox's JSON: " + why, e);
    }
  }

  private Sandbox sandbox(String expected) {
    if (!expected.equals(id)) {
      throw new IllegalArgumentException(
          "the file's name says id '%s', its content says '%.60s'".formatted(expected, id));
    }
    if (netns == null) {
      throw new IllegalArgumentException("netns is missing; write the namespace's path");
    }
    return new Sandbox(
        new SandboxReference(expected, namespace, pod, podUid, null),
        Path.of(netns),
        networks == null ? "" : networks,
        multus == null ? "" : multus);
  }
}
