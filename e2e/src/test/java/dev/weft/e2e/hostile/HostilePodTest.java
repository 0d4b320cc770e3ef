package dev.weft.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.e2e.lab.JavaProgram;
import dev.weft.e2e.net.Ping;
import dev.weft.e2e.net.SteadyPing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/**
 * A pod with every capability in its own namespaces, beside victims on its networks and on others.
 * While it does its worst no victim loses a ping, a new pod is attached to the same networks, all
 * networks stay Ready and no agent works more than a twentieth of the time; and when it goes,
 * nothing of it stays.
 *
 * <p>{@code -Dweft.hostile=all} makes all attacks, {@code -Dweft.hostile=alias} those that have
 * this in their name, and {@code -Dweft.hostile.seconds=10} attacks for longer each time.
 */
@EnabledIfSystemProperty(
    named = "weft.hostile",
    matches = ".+",
    disabledReason = "a quarter of an hour of attacks: -Dweft.hostile=all makes them")
@ExtendWith(InBed.class)
class HostilePodTest {
  private static final Duration LEAST =
      Duration.ofSeconds(Integer.getInteger("weft.hostile.seconds", 1));
  private static final Duration MOST = LEAST.plusSeconds(9);
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration RECOVERY = Duration.ofSeconds(5);
  private static final AtomicInteger COUNT = new AtomicInteger();

  /** From whom to whom, over each network. */
  private static final Map<String, String> PINGS =
      Map.of(
          "blue-1", "blue-2", "web-1", "web-2", "lan-1", "lan-2", "red-1", "red-2", "db-1", "db-2");

  /** The pod that the attack before this one has seen attached; it attacks next. */
  private static @Nullable String next;

  private final InBed.Current current;

  HostilePodTest(InBed.Current current) {
    this.current = current;
  }

  static Stream<Attack> attacks() {
    String only = System.getProperty("weft.hostile", "all");
    return Attack.all().stream().filter(each -> only.equals("all") || each.name().contains(only));
  }

  @ParameterizedTest(name = "a pod that {0}")
  @MethodSource("attacks")
  void harmsNobody(Attack attack) throws Exception {
    Bed bed = current.get();
    boolean sound = false;
    try {
      String pod = next == null ? attach(bed) : next;
      next = null;
      List<String> harms = harms(bed, pod, attack);
      System.out.printf("a pod that %s: %s%n", attack.name(), harms.isEmpty() ? "no harm" : harms);
      sound = harms.isEmpty();
      assertThat(harms).isEmpty();
    } catch (TestAbortedException skipped) {
      System.out.printf("a pod that %s: %s%n", attack.name(), skipped.getMessage());
      sound = true;
      throw skipped;
    } finally {
      if (!sound && !isSound(bed)) {
        next = null;
        current.spoil();
      }
    }
  }

  /** Whether a failed attack has left nothing that would count against the next one. */
  private static boolean isSound(Bed bed) {
    try {
      bed.lab().client().pods().inNamespace("default").list().getItems().stream()
          .map(each -> each.getMetadata().getName())
          .filter(each -> each.startsWith("hostile-") && !each.equals(next))
          .forEach(each -> bed.remove(each, RECOVERY));
      if (next == null) {
        next = attach(bed);
      }
      return bed.notReady().isEmpty()
          && PINGS.entrySet().stream()
              .allMatch(each ->
                  Ping.once(bed.sandbox(each.getKey()), bed.address(each.getValue()), RECOVERY)
                      .isPresent());
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }

  private static List<String> harms(Bed bed, String pod, Attack attack) throws Exception {
    Set<String> harms = new LinkedHashSet<>();
    Map<String, String> before = configurations(bed);
    ProcessorTime time = ProcessorTime.settled(bed.lab());
    Map<String, SteadyPing> pings = pings(bed);
    try {
      try (Attacker attacker = new Attacker(bed, pod)) {
        attack.step().by(attacker);
        harms.addAll(
            time.awaitBelow(ProcessorTime.BOUND, LEAST, MOST, () -> harms.addAll(bed.notReady())));
        if (attack.restarts()) {
          JavaProgram agent = bed.lab().node(Attacker.NODE).agent();
          agent.kill();
          agent.restart();
        }
        harms.addAll(tried("no new pod is attached", () -> next = attach(bed)));
        pings.values().forEach(each -> each.awaitMore(20));
        harms.addAll(bed.notReady());
        harms.addAll(attacker.harms());
        if (attack.name().startsWith("keeps") || attack.name().startsWith("holds")) {
          harms.addAll(tried("the pod does not go", () -> bed.remove(pod, PATIENCE)));
        }
      }
      if (!bed.endpoints(pod).isEmpty()) {
        harms.addAll(tried("the pod does not go", () -> bed.remove(pod, PATIENCE)));
      }
      pings.values().forEach(each -> each.awaitMore(20));
    } catch (TestAbortedException skipped) {
      bed.remove(pod, PATIENCE);
      throw skipped;
    } finally {
      pings.forEach((pair, each) -> {
        int lost = each.stop();
        each.close();
        if (lost > 0) {
          harms.add("%d of %d pings are lost: %s".formatted(lost, each.sent(), pair));
        }
      });
    }
    configurations(bed)
        .forEach((victim, now) -> {
          if (!now.equals(before.get(victim))) {
            harms.add("%s is now %s, and was %s".formatted(victim, now, before.get(victim)));
          }
        });
    return List.copyOf(harms);
  }

  private static String attach(Bed bed) {
    String pod = "hostile-" + COUNT.incrementAndGet();
    bed.pod(pod, Attacker.NODE, Attacker.NETWORKS);
    org.awaitility.Awaitility.await(pod + " runs")
        .atMost(PATIENCE)
        .until(() -> bed.cluster().isRunning(pod));
    return pod;
  }

  private static List<String> tried(String harm, Runnable action) {
    try {
      action.run();
      return List.of();
    } catch (ConditionTimeoutException e) {
      return List.of(harm + ": " + e.getMessage());
    }
  }

  private static Map<String, SteadyPing> pings(Bed bed) {
    Map<String, SteadyPing> pings = new LinkedHashMap<>();
    PINGS.forEach((from, to) ->
        pings.put(
            from + " to " + to,
            SteadyPing.start(bed.sandbox(from), bed.address(to), Duration.ofSeconds(3))));
    pings.values().forEach(SteadyPing::awaitAnswer);
    return pings;
  }

  /** The addresses and routes of the victims. */
  private static Map<String, String> configurations(Bed bed) {
    Map<String, String> found = new TreeMap<>();
    List<String> victims = new ArrayList<>(PINGS.keySet());
    victims.addAll(PINGS.values());
    for (String victim : victims) {
      found.put(
          victim,
          Attacker.finish(
                  new ProcessBuilder(
                      "nsenter",
                      "--net=/run/netns/" + bed.namespaceName(victim),
                      "sh",
                      "-c",
                      "ip -br addr; ip route; ip -6 route; nft list ruleset"),
                  "")
              .output());
    }
    return found;
  }
}
