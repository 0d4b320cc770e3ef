package dev.weft.e2e.machine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Root;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The tests that need ESP, in a machine that has it, each as a test of this class. On a kernel with
 * ESP they run where they are, too.
 */
class MachineTest {
  private static final Path NETLINK_TESTS = Path.of("../netlink/target/test-classes");

  private static final List<String> CLASSES =
      List.of(
          "dev.weft.netlink.XfrmStateTest",
          EncryptedTunnelTest.class.getName(),
          EncryptedNetworkTest.class.getName(),
          EspInUdpTest.class.getName(),
          EspThroughputTest.class.getName());

  @TestFactory
  Stream<DynamicTest> testsThatNeedEsp() {
    assumeTrue(Root.is(), "the machine shares this one's files, which needs root");
    return new Machine(Duration.ofMinutes(15))
        .run(List.of(NETLINK_TESTS), CLASSES).stream()
            .map(result -> DynamicTest.dynamicTest(result.test(), result::replay));
  }
}
