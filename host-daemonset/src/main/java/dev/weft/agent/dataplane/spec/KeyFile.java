package dev.weft.agent.dataplane.spec;

import dev.weft.mesh.keys.KeyRing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with the node's private keys. It is on tmpfs, so it survives the agent but not a reboot,
 * and never reaches a disk. Only its owner can read it.
 */
public record KeyFile(Path path) {
  /** The default path. */
  public static final String DEFAULT = "/run/weft/keys";

  private static final Logger LOG = LoggerFactory.getLogger(KeyFile.class);
  private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs");
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** Why no key may be stored here; empty if keys may be stored. */
  public Optional<Problem> unfit() {
    try {
      Path folder = folder();
      Path _ = Files.createDirectories(folder);
      String type = Files.getFileStore(folder).type();
      return MEMORY.contains(type)
          ? Optional.empty()
          : Optional.of(
              Problem.user(
                  "the agent's --keys",
                  "%s is on %s, and a private key must never be on a disk".formatted(path, type),
                  "let it name a file on tmpfs"));
    } catch (IOException e) {
      return Optional.of(
          Problem.retry(
              "the agent's --keys",
              "%s cannot be used: %s".formatted(path, e),
              "let it name a file on tmpfs"));
    }
  }

  /** Returns the stored keys; none if the file is missing or unreadable. */
  public KeyRing load() {
    try {
      return Files.exists(path) ? KeyRing.parse(Files.readString(path)) : KeyRing.EMPTY;
    } catch (IOException | IllegalArgumentException e) {
      LOG.atWarn()
          .addKeyValue("file", path)
          .log("the keys cannot be read, so the node makes new ones: {}", e.getMessage());
      return KeyRing.EMPTY;
    }
  }

  /** Replaces the stored keys; an empty ring removes the file. */
  public void store(KeyRing ring) {
    try {
      if (ring.isEmpty()) {
        boolean _ = Files.deleteIfExists(path);
        return;
      }
      Path next = path.resolveSibling(path.getFileName() + ".next");
      boolean _ = Files.deleteIfExists(next);
      try (FileChannel file =
          FileChannel.open(
              next,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
        ByteBuffer text = ByteBuffer.wrap(ring.toSecretText().getBytes(StandardCharsets.UTF_8));
        while (text.hasRemaining()) {
          int _ = file.write(text);
        }
      }
      Path _ = Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("the keys cannot be stored in " + path, e);
    }
  }

  /** The file of changed node settings, which lives as long as the keys. */
  public Path besides() {
    String name = String.valueOf(path.getFileName());
    return path.resolveSibling(name.equals("keys") ? "settings" : name + ".settings");
  }

  private Path folder() {
    return Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(Path.of("/"));
  }
}
