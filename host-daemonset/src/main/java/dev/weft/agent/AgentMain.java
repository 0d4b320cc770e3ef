package dev.weft.agent;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The agent's command line.
 *
 * <p>Exit status: 0 success, or nothing to change; 1 failure; 2 {@code plan} found changes; 64 a
 * wrong command line.
 */
@Command(
    name = "weft-agent",
    description = "Builds and repairs the container networks of one node.",
    mixinStandardHelpOptions = true,
    subcommands = {
      AgentRunCommand.class,
      PlanCommand.class,
      DoctorCommand.class,
      CleanCommand.class
    })
public final class AgentMain {
  static final int FAILURE = 1;
  static final int CHANGES = 2;
  static final int USAGE = 64;

  private AgentMain() {}

  /** Runs the command that {@code args} name and exits with its status. */
  public static void main(String[] args) {
    System.exit(execute(args));
  }

  static int execute(String... args) {
    CommandLine line = new CommandLine(new AgentMain());
    line.setExecutionExceptionHandler((failure, command, _) -> {
      command.getErr().println("weft-agent: " + failure.getMessage());
      if (System.getenv("WEFT_DEBUG") != null) {
        failure.printStackTrace(command.getErr());
      }
      return FAILURE;
    });
    line.setParameterExceptionHandler((failure, _) -> {
      failure.getCommandLine().getErr().println("weft-agent: " + failure.getMessage());
      failure.getCommandLine().usage(failure.getCommandLine().getErr());
      return USAGE;
    });
    return line.execute(args);
  }
}
