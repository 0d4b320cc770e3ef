package dev.weft.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Simulates a program that starts sandboxes: writes files atomically to a directory. */
public record SandboxFiles(Path directory) {
  /** Starts the sandbox {@code pod}, whose pod has the UID {@code uid-<pod>}. */
  public void start(String pod, Path netns, String networks) throws IOException {
    write(
        pod,
        """
        {"id":"%s","namespace":"default","pod":"%s","podUid":"uid-%s","netns":"%s","networks":"%s"}
        """
            .formatted(pod, pod, pod, netns, networks));
  }

  /** Writes any text as a sandbox's file. */
  public void write(String id, String text) throws IOException {
    Files.createDirectories(directory);
    Path temporary = directory.resolve("." + id);
    Files.writeString(temporary, text);
    Files.move(
        temporary,
        directory.resolve(id + ".json"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Ends a sandbox. */
  public void end(String id) throws IOException {
    Files.delete(directory.resolve(id + ".json"));
  }

  /** Why a sandbox is not wired; empty if it is. */
  public String error(String id) throws IOException {
    Path file = directory.resolve(id + ".error");
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
