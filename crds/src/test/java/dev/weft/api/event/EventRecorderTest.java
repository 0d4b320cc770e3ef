package dev.weft.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Reason;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventRecorderTest {
  private static final ObjectReference BLUE = about("blue", "uid-1", null);

  private Instant now = Instant.parse("2026-01-01T12:00:00Z");
  private final EventRecorder recorder = new EventRecorder("weft-agent", "n1", clock());

  private Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return now;
      }
    };
  }

  @Test
  void aRepeatedReportRaisesTheCountOfItsEvent() {
    Event first = recorder.warning(BLUE, Reason.NEEDS_CHANGE, "eth7 is missing").orElseThrow();
    now = now.plusSeconds(90);
    Event second = recorder.warning(BLUE, Reason.NEEDS_CHANGE, "eth7 is missing").orElseThrow();

    assertThat(second.getMetadata().getName()).isEqualTo(first.getMetadata().getName());
    assertThat(second.getCount()).isEqualTo(2);
    assertThat(second.getFirstTimestamp()).isEqualTo(first.getFirstTimestamp());
    assertThat(second.getLastTimestamp()).isEqualTo("2026-01-01T12:01:30Z");
  }

  @Test
  void anotherThingAnotherObjectOrAnotherTellerIsAnotherEvent() {
    String name = name(recorder.normal(BLUE, Reason.READY, "live"));

    assertThat(name(recorder.normal(BLUE, Reason.READY, "live again"))).isNotEqualTo(name);
    assertThat(name(recorder.normal(about("blue", "uid-2", null), Reason.READY, "live")))
        .isNotEqualTo(name);
    EventRecorder other = new EventRecorder("weft-agent", "n2", clock());
    assertThat(name(other.normal(BLUE, Reason.READY, "live"))).isNotEqualTo(name);
  }

  @Test
  void eventsOfOneObjectAreLimitedAndTheNextCountIncludesTheRest() {
    long told =
        IntStream.range(0, 100)
            .filter(i -> recorder.warning(BLUE, Reason.NOT_WIRED, "same").isPresent())
            .count();
    assertThat(told).isEqualTo(Allowance.AT_ONCE);
    assertThat(recorder.warning(about("red", "uid-9", null), Reason.NOT_WIRED, "same")).isPresent();

    now = now.plus(Allowance.ONE_MORE);

    Event next = recorder.warning(BLUE, Reason.NOT_WIRED, "same").orElseThrow();
    assertThat(next.getCount()).isEqualTo(101);
    assertThat(recorder.warning(BLUE, Reason.NOT_WIRED, "same")).isEmpty();
    now = now.plus(Duration.ofDays(1));
    assertThat(
            IntStream.range(0, 100)
                .filter(i -> recorder.warning(BLUE, Reason.NOT_WIRED, "same").isPresent())
                .count())
        .isEqualTo(Allowance.AT_ONCE);
  }

  @Test
  void aClockThatIsSetBackWithholdsNoEvent() {
    for (int i = 0; i <= Allowance.AT_ONCE; i++) {
      var _ = recorder.warning(BLUE, Reason.NOT_WIRED, "same");
    }
    assertThat(recorder.warning(BLUE, Reason.NOT_WIRED, "same")).isEmpty();

    now = now.minus(Duration.ofDays(1));

    assertThat(recorder.warning(BLUE, Reason.NOT_WIRED, "same")).isPresent();
  }

  @Test
  void anEventLivesBesideItsObjectOrInDefault() {
    assertThat(
            recorder
                .warning(about("pod", "uid-3", "shop"), Reason.NETWORK_NOT_ATTACHED, "why")
                .orElseThrow()
                .getMetadata()
                .getNamespace())
        .isEqualTo("shop");
    assertThat(recorder.normal(BLUE, Reason.READY, "").orElseThrow().getMetadata().getNamespace())
        .isEqualTo("default");
  }

  @Test
  void whatIsTooLongForTheApiIsCut() {
    Event event =
        recorder
            .normal(about("x".repeat(253), "uid", null), Reason.READY, "m".repeat(5000))
            .orElseThrow();
    assertThat(event.getMetadata().getName()).hasSizeLessThanOrEqualTo(253);
    assertThat(event.getMessage()).hasSize(1024);
  }

  private static String name(Optional<Event> event) {
    return event.orElseThrow().getMetadata().getName();
  }

  private static ObjectReference about(String name, String uid, String namespace) {
    return new ObjectReferenceBuilder()
        .withKind("ContainerNetwork")
        .withName(name)
        .withNamespace(namespace)
        .withUid(uid)
        .build();
  }
}
