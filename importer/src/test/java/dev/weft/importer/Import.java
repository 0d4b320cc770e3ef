package dev.weft.importer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Output of a run of the command.
 *
 * @param yaml its standard output
 * @param table the summary at the end
 */
record Import(int status, String yaml, String table) {
  /** Runs the import from Docker with a shell that has no variables. */
  static Import run(String... arguments) {
    return from("docker", arguments);
  }

  /** Runs the import from {@code system}. */
  static Import from(String system, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter errors = new StringWriter();
    int status =
        ImportMain.execute(
            Map.of(),
            new PrintWriter(out, true),
            new PrintWriter(errors, true),
            Stream.concat(Stream.of(system), Stream.of(arguments)).toArray(String[]::new));
    return new Import(status, out.toString(), errors.toString());
  }

  /** Imports a text as the project {@code shop}. */
  static Import of(Path folder, String compose, String... arguments) {
    return of(folder, compose.getBytes(UTF_8), arguments);
  }

  static Import of(Path folder, byte[] compose, String... arguments) {
    try {
      Path file = Files.write(folder.resolve("compose.yaml"), compose);
      return run(
          Stream.concat(Stream.of("--compose", file.toString(), "-p", "shop"), Stream.of(arguments))
              .toArray(String[]::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
