package dev.weft.e2e.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;

/**
 * Records on disk what a lab owns, so that it can be removed after any crash: the owner's process,
 * the started processes and the namespaces. It records each of them before or during its creation.
 * Only the script {@code sweep} removes them; a reaper process runs it whenever this JVM ends.
 */
final class StateDirectory implements AutoCloseable {
  /** Parent of the directories of all labs of a machine. */
  static final Path ROOT = Path.of("/run/weft-lab");

  private final Path path;
  private final Process reaper;

  private StateDirectory(Path path, Process reaper) {
    this.path = path;
    this.reaper = reaper;
  }

  /** Sweeps dead labs, then creates the directory of a new one. */
  static StateDirectory create(String lab) {
    try {
      Files.createDirectories(ROOT);
      Path path = ROOT.resolve(lab);
      Path fresh = Files.createTempDirectory(ROOT, ".new-");
      copyScript("sweep", fresh);
      copyScript("reap", fresh);
      copyScript("kubelets", fresh);
      Files.writeString(fresh.resolve("owner"), identity(ProcessHandle.current()) + "\n");
      run("sh", fresh.resolve("sweep").toString());
      Files.createDirectories(ROOT);
      moveTo(path, fresh);
      Process reaper =
          new ProcessBuilder("sh", path.resolve("reap").toString(), ROOT.toString(), lab)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new StateDirectory(path, reaper);
    } catch (IOException e) {
      throw new UncheckedIOException("the state directory below %s".formatted(ROOT), e);
    }
  }

  private static void moveTo(Path path, Path fresh) throws IOException {
    try {
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      run("rm", "-rf", fresh.toString());
      throw new IllegalStateException(
          "a lab called %s is running; end it, or run ./weft clean if its owner is gone"
              .formatted(path.getFileName()),
          e);
    }
  }

  Path path() {
    return path;
  }

  void recordProcess(Process process) {
    append("processes", identity(process.toHandle()));
  }

  void recordNamespace(String name) {
    append("namespaces", name);
  }

  /** Sweeps this lab and ends the reaper. */
  @Override
  public void close() {
    try {
      run("sh", path.resolve("sweep").toString(), path.getFileName().toString());
      reaper.getOutputStream().close();
      reaper.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void append(String file, String line) {
    try {
      Files.writeString(
          path.resolve(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Process id and start time ({@code proc(5)}, stat field 22), a combination that is never reused.
   */
  private static String identity(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return process.pid() + " " + fields[19];
    } catch (IOException e) {
      // it has already ended; a sweep never kills an id without a start time
      return process.pid() + " ended";
    }
  }

  private static void copyScript(String name, Path directory) throws IOException {
    try (InputStream script =
        Objects.requireNonNull(
            StateDirectory.class.getResourceAsStream("/" + name), "no script " + name)) {
      Files.copy(script, directory.resolve(name));
    }
  }

  private static void run(String... command) throws IOException {
    var builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(Map.of("WEFT_LAB_ROOT", ROOT.toString()));
    try {
      builder.start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
