package dev.weft.importer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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

  /** Requires the output written in {@code expected}; {@code -Dweft.golden=write} writes it. */
  void requireGolden(Path expected) throws IOException {
    if ("write".equals(System.getProperty("weft.golden"))) {
      Files.writeString(expected, yaml);
    }
    assertThat(yaml).isEqualTo(Files.readString(expected));
    assertThat(status).isIn(0, 2);
    assertThat(table).contains("resources made").contains("next:");
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
