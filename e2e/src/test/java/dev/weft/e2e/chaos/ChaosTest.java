package dev.weft.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Labs;
import dev.weft.e2e.lab.Root;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The short form of {@code ./weft chaos}. {@code -Dweft.chaos.seed=N} replaces the fixed seed. */
class ChaosTest {
  private static final long SEED = Long.getLong("weft.chaos.seed", 11);

  @Test
  void everythingIsAsBeforeAfterEachStep() {
    assumeTrue(Root.is(), Root.REASON);

    assertThatCode(() ->
            ChaosMain.run(
                Labs.name(),
                SEED,
                Duration.ofMinutes(1),
                Integer.MAX_VALUE,
                Path.of("../manifests")))
        .doesNotThrowAnyException();
  }
}
