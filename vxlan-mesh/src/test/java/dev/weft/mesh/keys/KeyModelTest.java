package dev.weft.mesh.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several simulated nodes, whose agents work in single steps in any order. No association is ever
 * created twice.
 */
class KeyModelTest {
  private static final List<KeyTarget.Step> STEPS = List.of(KeyTarget.Step.values());
  private static final int RUNS = 20;
  private static final int FAULTS = 60;
  private static final int ROUNDS = 200;

  private final ModelApi api = new ModelApi();
  private final List<ModelNode> nodes = new ArrayList<>();

  private void nodes(int count) {
    for (int number = 1; number <= count; number++) {
      ModelNode node = new ModelNode(api, number);
      api.know(node);
      nodes.add(node);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void withoutFaultsNoNodeSendsWithAKeyThatItsReceiverLacks(long seed) {
    nodes(4);
    settle();
    Random random = new Random(seed);
    for (long epoch = 2; epoch < 8; epoch++) {
      api.rotate();
      assertThat(api.target().epoch()).isEqualTo(epoch);
      while (!api.rests(nodes)) {
        ModelNode node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(4)) {
          case 0 -> node.hear();
          case 1 -> api.advance(nodes);
          default -> node.step();
        }
        assertThat(allReach()).isTrue();
      }
      for (ModelNode node : nodes) {
        node.assertOnly(epoch);
      }
    }
  }

  @Test
  void keysAndStatesSurviveEveryFaultAndNoneIsMadeTwice() {
    int faults = 0;
    for (long seed = 0; seed < RUNS; seed++) {
      faults += new KeyModelTest().faults(new Random(seed));
    }
    System.out.printf("%d faults, no association made twice%n", faults);
    assertThat(faults).isGreaterThan(1000);
  }

  private int faults(Random random) {
    nodes(3 + random.nextInt(2));
    int faults = 0;
    while (faults < FAULTS) {
      ModelNode node = nodes.get(random.nextInt(nodes.size()));
      switch (random.nextInt(40)) {
        case 0 -> {
          node.kill();
          node.start();
          faults++;
        }
        case 1 -> {
          node.kill();
          faults++;
        }
        case 2 -> {
          node.flushStates();
          faults++;
        }
        case 3 -> {
          node.loseState(random.nextInt(100));
          faults++;
        }
        case 4 -> {
          node.reboot();
          node.start();
          faults++;
        }
        case 5 -> {
          node.cutOff(random.nextBoolean());
          faults++;
        }
        case 6 -> {
          api.rotate();
          faults++;
        }
        case 7 -> {
          node.hearAgain(
              new KeyTarget(
                  1 + random.nextInt((int) api.target().epoch()),
                  STEPS.get(random.nextInt(STEPS.size())),
                  api.target().udpPort()));
          faults++;
        }
        case 8 -> {
          node.loseFile();
          node.start();
          faults++;
        }
        case 9 -> {
          node.flushPolicies();
          faults++;
        }
        case 10 -> node.start();
        case 20 -> {
          api.encapsulate(anyPort(random));
          faults++;
        }
        case 11 -> node.busy(random.nextBoolean());
        case 12, 13, 14, 15, 16 -> node.hear();
        case 17, 18, 19 -> api.advance(nodes);
        default -> node.step();
      }
    }
    nodes.forEach(node -> {
      node.cutOff(false);
      node.busy(false);
      node.start();
    });
    settle();
    for (ModelNode node : nodes) {
      node.assertOnly(api.target().epoch());
    }
    return faults;
  }

  private static Optional<Integer> anyPort(Random random) {
    return List.of(Optional.<Integer>empty(), Optional.of(4500), Optional.of(4501))
        .get(random.nextInt(3));
  }

  @Test
  void espGoesIntoUdpAndBackWithoutALostPacket() {
    nodes(4);
    settle();
    Random random = new Random(1);
    for (Optional<Integer> port :
        List.of(Optional.of(4500), Optional.of(4501), Optional.<Integer>empty())) {
      api.encapsulate(port);
      do {
        ModelNode node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(4)) {
          case 0 -> node.hear();
          case 1 -> api.advance(nodes);
          default -> node.step();
        }
        assertThat(allReach()).isTrue();
      } while (!api.rests(nodes) || !nodes.stream().allMatch(each -> each.takesAt(port)));
    }
  }

  @Test
  void nodesThatWereAwayForThreeEpochsRejoin() {
    nodes(3);
    settle();
    List<ModelNode> away = nodes.subList(1, 3);
    away.forEach(ModelNode::kill);
    for (int i = 0; i < 3; i++) {
      api.rotate();
      settle();
    }
    away.forEach(ModelNode::start);
    settle();
    assertThat(api.target().epoch()).isEqualTo(4);
    nodes.forEach(node -> node.assertOnly(4));
  }

  /** Runs all nodes until no work is left and all present nodes reach each other. */
  private void settle() {
    List<ModelNode> live = nodes.stream().filter(ModelNode::isLive).toList();
    for (int round = 0; round < ROUNDS; round++) {
      for (ModelNode node : live) {
        node.hear();
        do {
          node.step();
        } while (!node.isIdle());
      }
      api.advance(nodes);
    }
    assertThat(api.rests(nodes)).isTrue();
    for (ModelNode one : live) {
      for (ModelNode other : live) {
        if (one != other) {
          assertThat(one.reaches(other)).contains(true);
        }
      }
    }
  }

  private boolean allReach() {
    return nodes.stream()
        .allMatch(one ->
            nodes.stream().allMatch(other -> one == other || one.reaches(other).orElse(false)));
  }
}
