package dev.weft.e2e.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.opentest4j.TestAbortedException;

/**
 * The running machine with ESP, which executes commands one after the other. It reaches one port of
 * the host.
 */
final class Guest implements AutoCloseable {
  /** Address at which the machine reaches the host's port. */
  static final String HOST = "10.0.2.100";

  private static final Path SCRIPTS = Path.of("src/main/sh").toAbsolutePath();
  private static final int NOT_TO_BE_HAD = 125;
  private static final Duration PATIENCE = Duration.ofMinutes(6);

  private final Path share;
  private final Process machine;
  private int commands;

  private Guest(Path share, Process machine) {
    this.share = share;
    this.machine = machine;
  }

  /**
   * Boots a machine.
   *
   * @param limit maximum running time
   * @param port port of the host's loopback interface that it reaches at {@link #HOST}
   * @throws TestAbortedException if no machine is available
   */
  static Guest boot(Duration limit, int port) {
    try {
      Path share = Files.createTempDirectory("weft-guest");
      ProcessBuilder builder =
          new ProcessBuilder(
                  SCRIPTS.resolve("machine").toString(),
                  "-t",
                  Long.toString(limit.toSeconds()),
                  "-p",
                  Integer.toString(port),
                  SCRIPTS.resolve("commands").toString(),
                  share.toString())
              .redirectErrorStream(true)
              .redirectOutput(share.resolve("machine.log").toFile());
      builder.environment().put("MACHINE_SHARE", share.toString());
      Guest guest = new Guest(share, builder.start());
      try {
        guest.run("true");
        return guest;
      } catch (RuntimeException e) {
        guest.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A folder that the host and the machine share. */
  Path share() {
    return share;
  }

  /** Runs a script, which must succeed, and returns what it printed. */
  String run(String script) {
    return run(PATIENCE, script);
  }

  String run(Duration patience, String script) {
    int number = ++commands;
    try {
      Path draft = share.resolve(number + ".draft");
      Files.writeString(draft, "set -eu\n" + script + "\n");
      Files.move(draft, share.resolve(number + ".sh"), StandardCopyOption.ATOMIC_MOVE);
      Path status = share.resolve(number + ".status");
      Awaitility.await(script)
          .atMost(patience)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> Files.exists(status) || hasEnded());
      String output = Files.readString(share.resolve(number + ".out"));
      if (!Files.readString(status).strip().equals("0")) {
        throw new IllegalStateException("in the machine, this failed: " + script + "\n" + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean hasEnded() throws IOException {
    if (machine.isAlive()) {
      return false;
    }
    String log = Files.readString(share.resolve("machine.log"));
    if (machine.exitValue() == NOT_TO_BE_HAD) {
      throw new TestAbortedException("no machine with ESP is available here: " + log);
    }
    throw new IllegalStateException(
        "the machine ended with status %d: %s".formatted(machine.exitValue(), log));
  }

  @Override
  public void close() {
    try {
      Files.createFile(share.resolve("end"));
      if (!machine.waitFor(20, TimeUnit.SECONDS)) {
        machine.destroy();
        machine.waitFor(20, TimeUnit.SECONDS);
      }
      try (Stream<Path> tree = Files.walk(share)) {
        for (Path file : List.copyOf(tree.toList()).reversed()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
