package dev.weft.e2e.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One of the project's programs in a process of its own, with this JVM's class path and optionally
 * in a network namespace. It can be killed and restarted.
 */
public final class JavaProgram {
  private static final List<String> JVM =
      List.of(
          "-Xmx128m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xshare:auto",
          "--enable-native-access=ALL-UNNAMED");

  private final ProcessBuilder builder;
  private final List<String> whole;
  private final StateDirectory state;
  private Process process;

  private JavaProgram(ProcessBuilder builder, StateDirectory state) {
    this.builder = builder;
    this.whole = List.copyOf(builder.command());
    this.state = state;
    this.process = launch();
  }

  /**
   * Starts a program.
   *
   * @param entrance command that enters its environment, such as {@link #inside}; empty for that of
   *     this JVM
   * @param log the file to append its output to
   * @param command its main class and arguments
   */
  static JavaProgram start(
      StateDirectory state, List<String> entrance, Path log, List<String> command) {
    List<String> line = new ArrayList<>(entrance);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(JVM);
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(command);
    return new JavaProgram(
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())),
        state);
  }

  /**
   * Command that enters a named network namespace. A child of a thread inside would work as well,
   * but the JDK's thread that waits for the child would keep the namespace after its name is
   * removed.
   */
  static List<String> inside(String namespace) {
    return List.of("nsenter", "--net=/run/netns/" + namespace);
  }

  /** Kills it (SIGKILL) and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    await(process);
  }

  /** Stops it (SIGTERM) and waits until it is gone. */
  public void stop() {
    process.destroy();
    await(process);
  }

  /** Restarts it after {@link #kill} or {@link #stop}. */
  public void restart() {
    process = launch();
  }

  /**
   * Restarts it in another version, with this class path.
   *
   * @param unknown command-line options that this version does not know; they and their values are
   *     omitted
   */
  public void restart(String classPath, String... unknown) {
    List<String> command = new ArrayList<>(whole);
    command.set(command.indexOf("-cp") + 1, classPath);
    for (String option : unknown) {
      int at = command.indexOf(option);
      command.subList(at, at + 2).clear();
    }
    builder.command(command);
    restart();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Time of its last start. */
  public Instant startedAt() {
    return process.info().startInstant().orElseThrow();
  }

  private Process launch() {
    try {
      Process started = builder.start();
      state.recordProcess(started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(Process process) {
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("process %d does not end".formatted(process.pid()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
