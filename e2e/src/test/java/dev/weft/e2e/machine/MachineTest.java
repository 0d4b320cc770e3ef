package dev.weft.e2e.machine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Runs the tests that need ESP in a machine with ESP, each as a test of this class. On a kernel
 * with ESP they also run directly.
 */
class MachineTest {
  private static final Path NETLINK_TESTS = Path.of("../netlink/target/test-classes");

  /** File from which the test report learns which skipped tests ran in the machine. */
  private static final Path RAN = Path.of("target/surefire-reports/machine.txt");

  private static final List<String> CLASSES =
      List.of(
          "dev.weft.netlink.xfrm.XfrmStateTest",
          EncryptedTunnelTest.class.getName(),
          EncryptedNetworkTest.class.getName(),
          EspInUdpTest.class.getName(),
          EspThroughputTest.class.getName());

  /** The machine has its own time limit, above that of a single test. */
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  @TestFactory
  Stream<DynamicTest> testsThatNeedEsp() throws IOException {
    assumeTrue(Root.is(), "the machine shares this one's files, which needs root");
    List<Result> results = new Machine(Duration.ofMinutes(15)).run(List.of(NETLINK_TESTS), CLASSES);
    Files.createDirectories(RAN.getParent());
    Files.write(RAN, CLASSES.stream().map(each -> each.replaceFirst(".*[.]", "")).toList());
    return results.stream().map(result -> DynamicTest.dynamicTest(result.test(), result::replay));
  }
}
