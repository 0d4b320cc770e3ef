package dev.weft.importer;

import dev.weft.importer.yaml.UnreadableFile;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Command line of the import.
 *
 * <p>Exit status: 0 success; 1 nothing could be read; 2 a value was refused, the rest is written; 3
 * something was dropped and {@code --strict} is given; 64 a wrong command line.
 */
@Command(
    name = "import",
    description = "Prints networks of another system as resources. Nothing is changed.",
    mixinStandardHelpOptions = true)
public final class ImportMain {
  private static final int FAILURE = 1;
  private static final int USAGE = 64;

  private ImportMain() {}

  /** Runs and exits with the status. */
  public static void main(String[] args) {
    System.exit(
        execute(
            System.getenv(),
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args));
  }

  static int execute(
      Map<String, String> shell, PrintWriter out, PrintWriter errors, String... args) {
    CommandLine line =
        new CommandLine(new ImportMain())
            .addSubcommand(new ImportDocker(shell))
            .addSubcommand(new ImportMultus())
            .setOut(out)
            .setErr(errors);
    line.setExecutionExceptionHandler((failure, command, _) -> {
      command.getErr().println("weft import: " + said(failure));
      return FAILURE;
    });
    line.setParameterExceptionHandler((failure, _) -> {
      failure.getCommandLine().getErr().println("weft import: " + failure.getMessage());
      return USAGE;
    });
    return line.execute(args);
  }

  private static String said(Exception failure) {
    return switch (failure) {
      case UnreadableFile unreadable -> String.valueOf(unreadable.getMessage());
      case NoSuchFileException none -> none.getMessage() + ": there is no such file";
      case AccessDeniedException none -> none.getMessage() + ": it may not be read";
      default -> String.valueOf(failure.getMessage());
    };
  }
}
