package dev.weft.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** What stands in for the one who starts sandboxes: files in a directory, written whole. */
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

  /** What keeps a sandbox from being wired; empty: nothing. */
  public String error(String id) throws IOException {
    Path file = directory.resolve(id + ".error");
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
