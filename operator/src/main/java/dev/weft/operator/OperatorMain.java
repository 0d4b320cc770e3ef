package dev.weft.operator;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The operator's command line. */
@Command(
    name = "weft-operator",
    description = "Allocates container networks and writes the HostNetworks that agents build.",
    subcommands = {OperatorRunCommand.class, CleanupCommand.class},
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class OperatorMain {
  private OperatorMain() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new OperatorMain()).execute(arguments));
  }
}
