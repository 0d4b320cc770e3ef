package dev.weft.e2e.machine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Root;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** {@link NodeWithoutIpv6}, in a machine that is booted so. */
class MachineWithoutIpv6Test {
  /** The machine has a bound of its own, beyond that of every test. */
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  @TestFactory
  Stream<DynamicTest> testsThatNeedAKernelWithoutIpv6() {
    assumeTrue(Root.is(), "the machine shares this one's files, which needs root");
    List<Result> results =
        new Machine(Duration.ofMinutes(8), "-k", "ipv6.disable=1")
            .run(List.of(), List.of(NodeWithoutIpv6.class.getName()));
    return results.stream().map(result -> DynamicTest.dynamicTest(result.test(), result::replay));
  }
}
