package dev.weft.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void aSeedReplaysTheSameSteps() {
    assertThat(steps(7, 200)).isEqualTo(steps(7, 200)).isNotEqualTo(steps(8, 200));
  }

  @Test
  void everyKindOfFaultComesUp() {
    List<Step> steps = steps(1, 1500);

    Set<Class<?>> kinds = faults(steps).map(Object::getClass).collect(Collectors.toSet());
    assertThat(kinds).containsExactlyInAnyOrder(ChaosFault.class.getPermittedSubclasses());
    assertThat(
            faults(steps)
                .filter(ChaosFault.Drifted.class::isInstance)
                .map(fault -> ((ChaosFault.Drifted) fault).drift()))
        .containsAll(Drift.ALL);
    assertThat(steps).anyMatch(step -> !step.guests().isEmpty());
  }

  private static Stream<ChaosFault> faults(List<Step> steps) {
    return steps.stream().flatMap(step -> step.faults().stream());
  }

  private static List<Step> steps(long seed, int number) {
    Schedule schedule = new Schedule(seed);
    return Stream.generate(schedule::next).limit(number).toList();
  }
}
