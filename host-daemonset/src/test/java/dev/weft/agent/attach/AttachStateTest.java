package dev.weft.agent.attach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.SandboxReference;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which results of a sandbox's attempts are reported. */
class AttachStateTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final AttachResult WIRED = new AttachResult.Wired();
  private static final AttachResult SLOW = new AttachResult.Refused("not wired in time");
  private static final AttachResult WRONG = new AttachResult.Refused("no such network");

  private static final Probe.View ATTACHED =
      new Probe.View(false, Set.of("lo", "eth0"), Set.of("lo"));

  private final AttachState state =
      new AttachState(
          new Sandbox(
              new SandboxReference("one", null, null, null, null),
              Path.of("/run/netns/one"),
              "blue"));

  @Test
  void aNewSandboxsRefusalIsReportedAtOnceAndOnce() {
    state.saw(new Probe.View(false, Set.of("lo"), Set.of("lo")));
    state.saw(ATTACHED);
    assertThat(state.isNews(SLOW, true, START)).isTrue();
    assertThat(state.isNews(SLOW, true, START.plusSeconds(1))).isFalse();
    assertThat(state.isNews(WIRED, false, START.plusSeconds(2))).isTrue();
  }

  @Test
  void whatHealsInTimeIsNotReportedOfASandboxThatWasAttached() {
    state.saw(ATTACHED);
    assertThat(state.isNews(SLOW, true, START)).isFalse();
    assertThat(state.isNews(SLOW, true, START.plus(AttachState.PATIENCE).minusMillis(1))).isFalse();
    assertThat(state.isNews(WIRED, false, START.plus(AttachState.PATIENCE))).isTrue();
    assertThat(state.isNews(SLOW, true, START.plus(AttachState.PATIENCE.multipliedBy(2))))
        .isFalse();
  }

  @Test
  void whatLastsAndWhatAUserMustChangeIsReported() {
    state.saw(ATTACHED);
    assertThat(state.isNews(WRONG, false, START)).isTrue();
    assertThat(state.isNews(SLOW, true, START.plusSeconds(1))).isFalse();
    assertThat(state.isNews(SLOW, true, START.plusSeconds(1).plus(AttachState.PATIENCE))).isTrue();
  }
}
