package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  private static final Clock EARLY = at("2026-01-01T00:00:00.123Z");
  private static final Clock LATE = at("2026-01-01T01:00:00Z");

  private final Condition ready =
      Conditions.of(Conditions.READY, Conditions.TRUE, Reason.LIVE, "2 of 2 nodes", 1L, EARLY);

  @Test
  void aConditionCarriesItsTimeToTheSecond() {
    assertThat(ready.getLastTransitionTime()).isEqualTo("2026-01-01T00:00:00Z");
  }

  @Test
  void anUnchangedStatusKeepsTheTimeOfItsTransition() {
    var again = Conditions.of(Conditions.READY, Conditions.TRUE, Reason.LIVE, "3 of 3", 2L, LATE);
    assertThat(Conditions.merge(List.of(ready), again))
        .singleElement()
        .satisfies(condition -> {
          assertThat(condition.getLastTransitionTime()).isEqualTo("2026-01-01T00:00:00Z");
          assertThat(condition.getMessage()).isEqualTo("3 of 3");
          assertThat(condition.getObservedGeneration()).isEqualTo(2L);
        });
  }

  @Test
  void anotherStatusIsATransition() {
    var failed =
        Conditions.of(Conditions.READY, Conditions.FALSE, Reason.RETRYING, "0 of 2", 2L, LATE);
    assertThat(Conditions.merge(List.of(ready), failed))
        .extracting(Condition::getLastTransitionTime)
        .containsExactly("2026-01-01T01:00:00Z");
  }

  @Test
  void otherConditionsStayInTheirPlace() {
    var stalled =
        Conditions.of(Conditions.STALLED, Conditions.FALSE, Reason.VALID, "", null, EARLY);
    var failed =
        Conditions.of(Conditions.READY, Conditions.FALSE, Reason.RETRYING, "0 of 2", 2L, LATE);
    assertThat(Conditions.merge(List.of(ready, stalled), failed)).containsExactly(failed, stalled);
  }

  @Test
  void mergingTwiceChangesNothing() {
    List<Condition> once = Conditions.merge(null, ready);
    assertThat(Conditions.merge(once, ready)).isEqualTo(once);
  }

  @Test
  void onlyStatusTrueIsTrue() {
    var unknown =
        Conditions.of(Conditions.DRIFTED, Conditions.UNKNOWN, Reason.IN_SYNC, "", null, EARLY);
    List<Condition> conditions = List.of(ready, unknown);
    assertThat(Conditions.isTrue(conditions, Conditions.READY)).isTrue();
    assertThat(Conditions.isTrue(conditions, Conditions.DRIFTED)).isFalse();
    assertThat(Conditions.isTrue(conditions, Conditions.STALLED)).isFalse();
    assertThat(Conditions.isTrue(null, Conditions.READY)).isFalse();
  }

  @Test
  void aConditionCanBeTakenOut() {
    assertThat(Conditions.without(List.of(ready), Conditions.READY)).isEmpty();
    assertThat(Conditions.without(null, Conditions.READY)).isEmpty();
  }

  private static Clock at(String instant) {
    return Clock.fixed(Instant.parse(instant), ZoneOffset.UTC);
  }
}
