package dev.weft.operator.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.KeyPhase;
import dev.weft.api.KeyProgress;
import dev.weft.api.MeshKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class KeyScheduleTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final KeySchedule DAILY =
      new KeySchedule(Duration.ofDays(1), Optional.empty(), null);
  private static final String DIGEST = "d";

  @Test
  void theFirstEpochBeginsWithTheFirstEncryptedNetwork() {
    MeshKeys keys = DAILY.first(1, List.of(), START);
    assertThat(keys)
        .isEqualTo(new MeshKeys(1L, "Prepare", 0, 0, "0/0", "2026-01-01T00:00:00Z", null));
  }

  @Test
  void keysThatRestAreLeftAloneUntilTheyAreOld() {
    MeshKeys idle = new MeshKeys(4L, "Idle", 1, 1, "1/1", START.toString(), null);
    List<KeyHolder> live = List.of(holder(new KeyProgress(4L, DIGEST, 4L, null), 4L));
    Instant justBefore = DAILY.end(idle, live).minusSeconds(1);
    assertThat(DAILY.next(idle, live, DIGEST, justBefore)).isEqualTo(idle);
    assertThat(DAILY.next(idle, live, DIGEST, DAILY.end(idle, live)).epoch()).isEqualTo(5);
  }

  @Test
  void aNewValueOfTheAnnotationIsHonouredOnce() {
    MeshKeys idle = new MeshKeys(4L, "Idle", 0, 0, "0/0", START.toString(), "a");
    KeySchedule asked = new KeySchedule(Duration.ofDays(1), Optional.empty(), "b");
    MeshKeys next = asked.next(idle, List.of(), DIGEST, START);
    assertThat(next.epoch()).isEqualTo(5);
    assertThat(next.rotate()).isEqualTo("b");
    MeshKeys again = new MeshKeys(5L, "Idle", 0, 0, "0/0", START.toString(), "b");
    assertThat(asked.next(again, List.of(), DIGEST, START)).isEqualTo(again);
  }

  @Test
  void anEpochThatCarriedAllItMayIsFollowedByAnother() {
    MeshKeys idle = new MeshKeys(4L, "Idle", 1, 1, "1/1", START.toString(), null);
    List<KeyHolder> live = List.of(holder(new KeyProgress(4L, DIGEST, 4L, 4L), 4L));
    Instant soon = START.plus(KeySchedule.SHORT);
    assertThat(DAILY.next(idle, live, DIGEST, soon).epoch()).isEqualTo(5);
    assertThat(DAILY.next(idle, live, DIGEST, soon.minusSeconds(1)))
        .as("a node cannot have new keys made without end")
        .isEqualTo(idle);
  }

  @Test
  void anEpochEndsSoonWhenTheEncapsulationChanges() {
    MeshKeys idle = new MeshKeys(4L, "Idle", 1, 1, "1/1", START.toString(), null);
    List<KeyHolder> live = List.of(holder(new KeyProgress(4L, DIGEST, 4L, null), 4L));
    KeySchedule inUdp = new KeySchedule(Duration.ofDays(1), Optional.of(4500), null);
    Instant soon = START.plus(KeySchedule.SHORT);
    assertThat(inUdp.end(idle, live)).isEqualTo(soon);
    assertThat(inUdp.next(idle, live, DIGEST, soon.minusSeconds(1))).isEqualTo(idle);
    assertThat(inUdp.next(idle, live, DIGEST, soon).epoch()).isEqualTo(5);

    List<KeyHolder> moved =
        List.of(new KeyHolder("a", Set.of(4L), Optional.of(4500), live.getFirst().progress()));
    assertThat(inUdp.next(idle, moved, DIGEST, soon)).isEqualTo(idle);
    assertThat(DAILY.next(idle, moved, DIGEST, soon).epoch()).as("and back").isEqualTo(5);
  }

  @Test
  void aNodeThatTakesFramesByOtherKeysIsWaitedFor() {
    MeshKeys prepare = new MeshKeys(2L, "Prepare", 0, 1, "0/1", START.toString(), null);
    List<KeyHolder> live = List.of(holder(new KeyProgress(2L, "stale", 1L, null), 1L, 2L));
    assertThat(DAILY.next(prepare, live, DIGEST, START)).isEqualTo(prepare);
  }

  @Property(tries = 300)
  void phasesFollowTheNodesInWhateverOrderTheyActAndComeToRest(@ForAll long seed) {
    Random random = new Random(seed);
    var nodes = new TreeMap<String, KeyHolder>();
    for (String name : List.of("a", "b", "c")) {
      nodes.put(
          name,
          new KeyHolder(name, Set.of(), Optional.empty(), new KeyProgress(null, null, null, null)));
    }
    Set<String> away = new TreeSet<>();
    MeshKeys keys = DAILY.first(1, nodes.values(), START);
    for (int step = 0; step < 200; step++) {
      String name = List.of("a", "b", "c").get(random.nextInt(3));
      switch (random.nextInt(5)) {
        case 0 -> away.add(name);
        case 1 -> away.remove(name);
        default -> {
          if (!away.contains(name)) {
            nodes.put(name, act(nodes.get(name), keys, nodes));
          }
        }
      }
      keys = advance(keys, nodes, away, START.plus(Duration.ofHours(step)));
    }
    away.clear();
    for (int round = 0; round < 20; round++) {
      for (String name : List.copyOf(nodes.keySet())) {
        nodes.put(name, act(nodes.get(name), keys, nodes));
      }
      keys = advance(keys, nodes, away, START);
    }
    assertThat(keys.phase()).isEqualTo("Idle");
    assertThat(keys.summary()).isEqualTo("3/3");
  }

  private static MeshKeys advance(
      MeshKeys keys, SortedMap<String, KeyHolder> nodes, Set<String> away, Instant time) {
    List<KeyHolder> live =
        nodes.values().stream().filter(each -> !away.contains(each.node())).toList();
    long epoch = Objects.requireNonNull(keys.epoch());
    String digest = digest(nodes, epoch);
    MeshKeys next = DAILY.next(keys, live, digest, time);
    assertThat(next.epoch()).isBetween(epoch, epoch + 1);
    boolean moved = !Objects.equals(next.phase(), keys.phase());
    KeyPhase phase = KeyPhase.of(next.phase()).orElseThrow();
    if (moved && phase == KeyPhase.ACTIVATE) {
      assertThat(live).allMatch(each -> digest.equals(each.progress().peers()));
    }
    if (moved && phase == KeyPhase.RETIRE) {
      assertThat(live).allMatch(each -> Objects.equals(each.progress().active(), epoch));
    }
    return next;
  }

  /** The agent's keys and progress after it has acted on the mesh's status. */
  private static KeyHolder act(KeyHolder node, MeshKeys keys, SortedMap<String, KeyHolder> nodes) {
    long epoch = Objects.requireNonNull(keys.epoch());
    Set<Long> epochs = new TreeSet<>(node.epochs());
    epochs.add(epoch);
    KeyPhase phase = KeyPhase.of(keys.phase()).orElseThrow();
    if (phase == KeyPhase.RETIRE || phase == KeyPhase.IDLE) {
      epochs.removeIf(each -> each < epoch);
    }
    Long active = phase == KeyPhase.PREPARE ? node.progress().active() : Long.valueOf(epoch);
    var seen = new TreeMap<>(nodes);
    seen.put(node.node(), new KeyHolder(node.node(), epochs, Optional.empty(), node.progress()));
    return new KeyHolder(
        node.node(),
        epochs,
        Optional.empty(),
        new KeyProgress(epoch, digest(seen, epoch), active, null));
  }

  private static String digest(SortedMap<String, KeyHolder> nodes, long epoch) {
    return nodes.values().stream()
        .filter(each -> each.epochs().contains(epoch))
        .map(KeyHolder::node)
        .toList()
        .toString();
  }

  private static KeyHolder holder(KeyProgress progress, Long... epochs) {
    return new KeyHolder("a", Set.of(epochs), Optional.empty(), progress);
  }
}
