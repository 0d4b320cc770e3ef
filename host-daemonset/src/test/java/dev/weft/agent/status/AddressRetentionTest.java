package dev.weft.agent.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AddressRetentionTest {
  private static final Instant ENDED = Instant.parse("2026-01-01T00:00:00Z");
  private static final Pod RUNNING =
      new PodBuilder()
          .withNewMetadata()
          .withUid("u")
          .endMetadata()
          .withNewStatus()
          .withPhase("Running")
          .endStatus()
          .build();

  private static Duration left(Pod pod, long seconds) {
    return AddressRetention.left(pod, "u", ENDED, ENDED.plusSeconds(seconds));
  }

  @Test
  void aRunningPodKeepsItsAddressesForTheGracePeriod() {
    assertThat(left(RUNNING, 0)).isEqualTo(AddressRetention.GRACE);
    assertThat(left(RUNNING, 59)).isEqualTo(Duration.ofSeconds(1));
    assertThat(left(RUNNING, 60)).isZero();
  }

  @Test
  void aPodThatIsGoneOrAnotherKeepsNothing() {
    assertThat(left(null, 0)).isZero();
    assertThat(AddressRetention.left(RUNNING, "earlier", ENDED, ENDED)).isZero();
  }

  @Test
  void aPodThatEndsKeepsNothing() {
    Pod deleted =
        new PodBuilder(RUNNING)
            .editMetadata()
            .withDeletionTimestamp("2026-01-01T00:00:00Z")
            .endMetadata()
            .build();
    Pod finished = new PodBuilder(RUNNING).editStatus().withPhase("Succeeded").endStatus().build();

    assertThat(left(deleted, 0)).isZero();
    assertThat(left(finished, 0)).isZero();
  }
}
