package dev.weft.agent;

import dev.weft.agent.doctor.CheckResult;
import dev.weft.agent.doctor.Checkup;
import dev.weft.agent.doctor.NodeReader;
import dev.weft.process.ListenAddress;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks a node against the requirements. */
@Command(
    name = "doctor",
    description =
        "Checks whether this node has what Weft needs, and says what to change; asks no API"
            + " server and changes nothing. Fails where no agent can work.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Option(
      names = "--listen",
      paramLabel = "ADDRESS:PORT",
      defaultValue = "127.0.0.1:9810",
      converter = ListenAddress.class,
      description = "Where this node's agent would listen (${DEFAULT-VALUE}).")
  private InetSocketAddress listen = new InetSocketAddress(0);

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    List<CheckResult> findings =
        new Checkup(NodeReader.read(listen, Descriptors.allowed()), Descriptors.NEEDED).findings();
    findings.forEach(out::println);
    long failed = count(findings, CheckResult.Grade.FAIL);
    out.printf(
        "%d checks: %d failed, %d with a note%n",
        findings.size(), failed, count(findings, CheckResult.Grade.NOTE));
    out.flush();
    return failed == 0 ? 0 : AgentMain.FAILURE;
  }

  private static long count(List<CheckResult> findings, CheckResult.Grade grade) {
    return findings.stream().filter(each -> each.grade() == grade).count();
  }
}
