package dev.weft.operator.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.operator.network.RolloutWaves.Place;
import dev.weft.operator.network.RolloutWaves.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RolloutWavesTest {

  @Test
  void nodesGetAChangeInTheOrderOfTheirNamesWithinMaxUnavailable() {
    RolloutWaves waves = waves(2, "c WAITING", "a WAITING", "b WAITING");

    assertThat(waves.now()).containsExactly("a", "b");
    assertThat(waves.later()).containsExactly("c");
    assertThat(waves.isBlocked()).isFalse();
  }

  @Test
  void noNodeGetsAChangeWhileEarlierOnesAreNotLive() {
    RolloutWaves waves = waves(1, "a DONE", "b UNDER_WAY", "c WAITING");

    assertThat(waves.now()).isEmpty();
    assertThat(waves.isBlocked()).isTrue();
    assertThat(waves.unavailable()).containsExactly("b");
  }

  @Test
  void aFailedNodeGetsTheNextChangeAtOnce() {
    assertThat(waves(1, "a FAILING", "b WAITING").now()).containsExactly("a");
  }

  @Test
  void aSilentNodeGetsNoChangeAndCountsAsAway() {
    RolloutWaves waves = waves(1, "a DOWN", "b WAITING");

    assertThat(waves.now()).isEmpty();
    assertThat(waves.isBlocked()).isTrue();
    assertThat(waves(2, "a DOWN", "b WAITING").now()).containsExactly("b");
  }

  @Test
  void aNewNodeGetsItsNetworkDuringAnyRollout() {
    assertThat(waves(1, "a UNDER_WAY", "b AT_ONCE", "c WAITING").now()).containsExactly("b");
  }

  /**
   * A change of all nodes, which fails on some. The operator sees its own writes and the nodes'
   * reports late, and may restart at any time.
   */
  @Property(tries = 300)
  void neverAreMoreNodesAwayThanMayBeAndAllThatCanBeReachedIs(
      @ForAll @IntRange(min = 1, max = 12) int nodes,
      @ForAll @IntRange(min = 1, max = 12) int atOnce,
      @ForAll @IntRange(max = 3) int bad,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Standing> stored = new ArrayList<>(List.of());
    IntStream.range(0, nodes).forEach(i -> stored.add(Standing.WAITING));
    boolean[] fails = new boolean[nodes];
    IntStream.range(0, bad).forEach(i -> fails[random.nextInt(nodes)] = true);
    List<List<Standing>> history = new ArrayList<>(List.of(List.copyOf(stored)));
    int seen = 0;

    for (int step = 0; step < 60 * nodes; step++) {
      seen += random.nextInt(history.size() - seen);
      if (random.nextBoolean()) {
        List<Standing> view = history.get(seen);
        RolloutWaves waves =
            RolloutWaves.of(
                IntStream.range(0, nodes).mapToObj(i -> new Place(name(i), view.get(i))).toList(),
                atOnce);
        for (String told : waves.now()) {
          int node = Integer.parseInt(told.substring(1));
          if (stored.get(node) == Standing.WAITING) {
            stored.set(node, Standing.UNDER_WAY);
            history.add(List.copyOf(stored));
          }
        }
      } else {
        int node = random.nextInt(nodes);
        if (stored.get(node) == Standing.UNDER_WAY && !fails[node]) {
          stored.set(node, Standing.DONE);
          history.add(List.copyOf(stored));
        }
      }
      assertThat(stored.stream().filter(each -> each == Standing.UNDER_WAY).count())
          .isLessThanOrEqualTo(atOnce);
    }

    long failing = IntStream.range(0, nodes).filter(i -> fails[i]).count();
    if (failing < atOnce) {
      assertThat(stored).doesNotContain(Standing.WAITING);
    } else {
      assertThat(stored.stream().filter(each -> each == Standing.UNDER_WAY).count())
          .isEqualTo(atOnce);
    }
  }

  private static String name(int node) {
    return "n%02d".formatted(node);
  }

  private static RolloutWaves waves(int atOnce, String... places) {
    return RolloutWaves.of(
        Stream.of(places)
            .map(each -> each.split(" ", -1))
            .map(words -> new Place(words[0], Standing.valueOf(words[1])))
            .toList(),
        atOnce);
  }
}
