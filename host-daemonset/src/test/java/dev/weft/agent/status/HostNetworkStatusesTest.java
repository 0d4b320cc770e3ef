package dev.weft.agent.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.api.Conditions;
import dev.weft.api.HostNetworkStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class HostNetworkStatusesTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final NetworkOutcome LIVE =
      new NetworkOutcome(List.of("wf0"), List.of(), List.of());
  private static final HostNetworkStatuses.Reported NOTHING =
      new HostNetworkStatuses.Reported(2, Optional.empty(), Optional.empty());

  private final HostNetworkStatuses atNoon = at(NOON);
  private final HostNetworkStatuses later = at(NOON.plusSeconds(60));

  private static HostNetworkStatuses at(Instant instant) {
    return new HostNetworkStatuses(Clock.fixed(instant, ZoneOffset.UTC));
  }

  private static NetworkOutcome problem(Problem.Cure cure) {
    return new NetworkOutcome(
        List.of(), List.of(new Problem(cure, "", "spec.mtu", "too large", "lower it")), List.of());
  }

  private static Condition condition(HostNetworkStatus status, String type) {
    return Conditions.find(status.conditions(), type).orElseThrow();
  }

  @Test
  void readySpeaksOfTheGenerationThatWasFollowed() {
    HostNetworkStatus status = atNoon.of(7L, null, LIVE, NOTHING);
    assertThat(status.observedGeneration()).isEqualTo(7);
    assertThat(Conditions.isTrue(status.conditions(), Conditions.READY)).isTrue();
    assertThat(status.devices()).containsExactly("wf0");
    assertThat(status.endpoints()).isEqualTo(2);
  }

  @Test
  void theSameOutcomeLaterIsTheSameStatus() {
    HostNetworkStatus status = atNoon.of(7L, null, LIVE, NOTHING);
    assertThat(later.of(7L, status, LIVE, NOTHING)).isEqualTo(status);
  }

  @Test
  void whatWaitsForAUserIsStalledAndReportsWhatToChange() {
    HostNetworkStatus status = atNoon.of(7L, null, problem(Problem.Cure.USER), NOTHING);
    assertThat(condition(status, Conditions.READY).getStatus()).isEqualTo("False");
    assertThat(condition(status, Conditions.STALLED).getStatus()).isEqualTo("True");
    assertThat(condition(status, Conditions.STALLED).getMessage()).contains("lower it");
  }

  @Test
  void theProblemOfAnEndpointOrPeerIsNamedAndTheNetworkIsReady() {
    for (String who : List.of("pod-a.eth0", "peer 2001:db8::2")) {
      NetworkOutcome outcome =
          new NetworkOutcome(
              List.of(),
              List.of(new Problem(Problem.Cure.USER, who, "eth0", "taken", "rename it")),
              List.of());
      HostNetworkStatus status = atNoon.of(7L, null, outcome, NOTHING);
      assertThat(condition(status, Conditions.READY).getStatus()).isEqualTo("True");
      assertThat(condition(status, Conditions.STALLED).getStatus()).isEqualTo("False");
      assertThat(condition(status, Conditions.STALLED).getMessage())
          .isEqualTo("the network itself waits for no change; Degraded says what does");
      assertThat(condition(status, Conditions.DEGRADED).getMessage()).contains(who, "rename it");
      assertThat(Conditions.find(later.of(7L, status, LIVE, NOTHING).conditions(), "Degraded"))
          .isEmpty();
    }
  }

  @Test
  void whatIsTriedAgainIsNotReadyButNotStalled() {
    HostNetworkStatus status = atNoon.of(7L, null, problem(Problem.Cure.RETRY), NOTHING);
    assertThat(condition(status, Conditions.READY).getReason()).isEqualTo("Retrying");
    assertThat(condition(status, Conditions.STALLED).getStatus()).isEqualTo("False");
    assertThat(condition(status, Conditions.STALLED).getMessage())
        .isEqualTo("the agent tries again by itself; Ready says why");
  }

  @Test
  void driftThatRecursIsOneEpisodeAndIsForgottenInTheEnd() {
    Drifts drifts = new Drifts();
    drifts.note("blue", List.of("create wf0"), NOON);
    drifts.note("blue", List.of("create wf1"), NOON.plusSeconds(60));
    assertThat(drifts.of("blue", NOON.plus(Drifts.MEMORY))).contains("create wf0");
    assertThat(drifts.of("blue", NOON.plus(Drifts.MEMORY).plus(Duration.ofSeconds(60)))).isEmpty();
    HostNetworkStatus status =
        atNoon.of(
            7L,
            null,
            LIVE,
            new HostNetworkStatuses.Reported(0, Optional.of("create wf0"), Optional.empty()));
    assertThat(Conditions.isTrue(status.conditions(), Conditions.DRIFTED)).isTrue();
    assertThat(Conditions.isTrue(status.conditions(), Conditions.READY)).isTrue();
  }
}
