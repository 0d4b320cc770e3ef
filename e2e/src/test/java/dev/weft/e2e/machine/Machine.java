package dev.weft.e2e.machine;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** The machine with ESP, {@code src/main/sh/machine}: runs compiled test classes. */
final class Machine {
  private static final Path SCRIPT = Path.of("src/main/sh/machine").toAbsolutePath();
  private static final int NOT_TO_BE_HAD = 125;

  /** An emulated JVM is some 25 times slower, so further compilation does not pay off. */
  private static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xshare:auto",
          "--enable-native-access=ALL-UNNAMED");

  private final Duration limit;
  private final List<String> options;

  /**
   * Describes the machine.
   *
   * @param limit when it is ended at the latest
   * @param options further options of the script
   */
  Machine(Duration limit, String... options) {
    this.limit = limit;
    this.options = List.of(options);
  }

  /**
   * Boots the machine, runs the classes one after the other, and returns the result of each test.
   * An aborted run ends with a result that reports the abort.
   *
   * @param folders further folders of classes
   * @throws TestAbortedException if no machine is available
   */
  List<Result> run(List<Path> folders, List<String> classes) {
    try {
      Path share = Files.createTempDirectory("weft-machine");
      try {
        return run(share, folders, classes);
      } finally {
        delete(share);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Result> run(Path share, List<Path> folders, List<String> classes)
      throws IOException {
    List<String> line = new ArrayList<>(List.of(SCRIPT.toString()));
    line.addAll(List.of("-t", Long.toString(limit.toSeconds())));
    line.addAll(options);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(JVM);
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("weft."))
        .forEach(name -> line.add("-D" + name + "=" + System.getProperty(name)));
    line.addAll(List.of("-cp", classPath(folders), TestsInside.class.getName(), share.toString()));
    line.addAll(classes);
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("MACHINE_SHARE", share.toString());
    Process process = builder.start();
    StringBuilder output = new StringBuilder();
    try (var reader = process.inputReader()) {
      reader
          .lines()
          .forEach(each -> {
            System.out.println(each);
            output.append(each).append('\n');
          });
    }
    int status = await(process);
    if (status == NOT_TO_BE_HAD) {
      throw new TestAbortedException("no machine with ESP is available here: " + output);
    }
    List<Result> results = new ArrayList<>(results(share));
    if (status != 0) {
      results.add(
          new Result(
              "the machine",
              Result.Status.FAILED,
              "it ended with status %d after %d results:%n%s"
                  .formatted(status, results.size(), output)));
    }
    return results;
  }

  private static String classPath(List<Path> folders) {
    List<String> parts = new ArrayList<>();
    folders.forEach(folder -> parts.add(folder.toAbsolutePath().normalize().toString()));
    parts.add(System.getProperty("java.class.path"));
    return String.join(File.pathSeparator, parts);
  }

  private static List<Result> results(Path share) throws IOException {
    List<Result> results = new ArrayList<>();
    try (Stream<Path> files = Files.list(share)) {
      for (Path file :
          files.filter(each -> each.getFileName().toString().matches("[0-9]+")).sorted().toList()) {
        results.add(Result.parse(Files.readString(file)));
      }
    }
    return results;
  }

  private static int await(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the machine ran", e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path file : tree.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
