package dev.weft.e2e.hostile;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/**
 * Pods with every capability in their own namespaces attack victims on their own and on other
 * networks. Meanwhile no victim loses a ping, new pods attach to the same networks, all networks
 * stay Ready, and no agent uses more than a twentieth of a core. The attackers leave nothing
 * behind.
 *
 * <p>By default the attacks of a group run at the same time, each in its own pod, except those that
 * use much of the machine. {@code -Dweft.hostile=all} runs each attack alone, {@code
 * -Dweft.hostile=alias} those with this word in their name, and {@code -Dweft.hostile.seconds=10}
 * runs attacks for longer.
 */
@ExtendWith(InBed.class)
class HostilePodTest {
  private static final String ALONE = System.getProperty("weft.hostile", "");
  private static final Duration LEAST =
      Duration.ofSeconds(Integer.getInteger("weft.hostile.seconds", ALONE.isEmpty() ? 2 : 1));
  private static final Duration PATIENCE = Bed.PATIENCE;
  private static final Duration RECOVERY = Duration.ofSeconds(5);

  /** Processor time over a shorter period is too coarse to judge. */
  private static final Duration MEASURABLE = Duration.ofSeconds(30);

  private static final AtomicInteger COUNT = new AtomicInteger();

  /** Source and target of the pings over each network. */
  private static final Map<String, String> PINGS =
      Map.of(
          "blue-1", "blue-2", "web-1", "web-2", "lan-1", "lan-2", "red-1", "red-2", "db-1", "db-2");

  /** Processor time of the agents during all attacks of the run. */
  private static final ProcessorTime.Total TOTAL = new ProcessorTime.Total();

  /** Pods that were attached during the previous attacks; they attack next. */
  private static final List<String> ATTACHED = new ArrayList<>();

  private final InBed.Current current;

  HostilePodTest(InBed.Current current) {
    this.current = current;
  }

  /**
   * Attacks that run at the same time.
   *
   * @param name the subject of the group, or the description of a single attack
   */
  record Group(String name, List<Attack> attacks) {
    @Override
    public String toString() {
      return name;
    }

    /** Whether harm to the network is a documented limit. */
    boolean isLimit(String network) {
      return attacks.stream().anyMatch(each -> each.limit().equals(network));
    }
  }

  static Stream<Group> groups() {
    if (ALONE.isEmpty()) {
      return Attack.together().entrySet().stream()
          .map(each -> new Group(each.getKey(), each.getValue()));
    }
    return Attack.all().stream()
        .filter(each -> ALONE.equals("all") || each.name().contains(ALONE))
        .map(each -> new Group(each.name(), List.of(each)));
  }

  @AfterAll
  static void theAgentsHadLittleToDo() {
    TOTAL.print();
    if (TOTAL.elapsed().compareTo(MEASURABLE) >= 0) {
      assertThat(TOTAL.above(ProcessorTime.BOUND)).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("groups")
  void harmsNoOther(Group group) throws Exception {
    Bed bed = current.get();
    boolean sound = false;
    try {
      List<String> harms = harms(bed, group);
      System.out.printf("hostile, %s: %s%n", group, harms.isEmpty() ? "no harm" : harms);
      sound = harms.isEmpty();
      assertThat(harms).isEmpty();
    } finally {
      if (!sound && !isSound(bed)) {
        ATTACHED.clear();
        current.spoil();
      }
    }
  }

  /** Whether failed attacks have left nothing that would distort the next ones. */
  private static boolean isSound(Bed bed) {
    try {
      bed.lab().client().pods().inNamespace("default").list().getItems().stream()
          .map(each -> each.getMetadata().getName())
          .filter(each -> each.startsWith("hostile-"))
          .forEach(each -> bed.remove(each, RECOVERY));
      ATTACHED.clear();
      return bed.notReady().isEmpty()
          && PINGS.entrySet().stream()
              .allMatch(each ->
                  Ping.once(bed.sandbox(each.getKey()), bed.address(each.getValue()), RECOVERY)
                      .isPresent());
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }

  private static List<String> harms(Bed bed, Group group) throws Exception {
    int size = group.attacks().size();
    attach(bed, size - ATTACHED.size());
    List<String> pods = List.copyOf(ATTACHED.subList(0, size));
    ATTACHED.removeAll(pods);
    Set<String> harms = new LinkedHashSet<>();
    Map<String, String> before = configurations(bed);
    ProcessorTime time = ProcessorTime.settled(bed.lab());
    Map<String, SteadyPing> pings = pings(bed);
    List<Attacker> attackers = new ArrayList<>();
    try {
      try {
        for (String pod : pods) {
          attackers.add(new Attacker(bed, pod, size));
        }
        begin(group, attackers);
        Thread.sleep(LEAST);
        harms.addAll(bed.notReady());
        TOTAL.add(time, size);
        if (group.attacks().stream().anyMatch(Attack::restarts)) {
          JavaProgram agent = bed.lab().node(Attacker.NODE).agent();
          agent.kill();
          agent.restart();
        }
        harms.addAll(tried("no new pods are attached", () -> attach(bed, size)));
        pings.values().forEach(each -> each.awaitMore(20));
        harms.addAll(bed.notReady());
        attackers.forEach(each -> harms.addAll(each.harms()));
        for (int i = 0; i < size; i++) {
          if (group.attacks().get(i).holdsOn()) {
            delete(bed, pods.get(i), harms);
          }
        }
      } finally {
        attackers.forEach(Attacker::close);
      }
      pods.forEach(pod -> bed.delete(pod));
      pods.forEach(pod -> delete(bed, pod, harms));
      pings.values().forEach(each -> each.awaitMore(20));
    } finally {
      harms.addAll(lost(pings, group));
    }
    configurations(bed)
        .forEach((victim, now) -> {
          if (!now.equals(before.get(victim))) {
            harms.add("%s is now %s, and was %s".formatted(victim, now, before.get(victim)));
          }
        });
    return List.copyOf(harms);
  }

  private static void begin(Group group, List<Attacker> attackers) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < attackers.size(); i++) {
      Attack attack = group.attacks().get(i);
      Attacker attacker = attackers.get(i);
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  attack.step().by(attacker);
                } catch (TestAbortedException skipped) {
                  System.out.printf("a pod that %s: %s%n", attack.name(), skipped.getMessage());
                } catch (RuntimeException broken) {
                  attacker.check(() -> List.of("%s: %s".formatted(attack.name(), broken)));
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void delete(Bed bed, String pod, Set<String> harms) {
    harms.addAll(tried("the pod does not go", () -> bed.remove(pod, PATIENCE)));
  }

  private static List<String> lost(Map<String, SteadyPing> pings, Group group) {
    List<String> harms = new ArrayList<>();
    pings.forEach((pair, each) -> {
      int lost = each.stop();
      each.close();
      if (lost > 0 && !group.isLimit(Bed.network(pair))) {
        harms.add("%d of %d pings are lost: %s".formatted(lost, each.sent(), pair));
      }
    });
    return harms;
  }

  private static void attach(Bed bed, int count) {
    List<String> fresh =
        Stream.generate(() -> "hostile-" + COUNT.incrementAndGet())
            .limit(Math.max(0, count))
            .toList();
    fresh.forEach(pod -> bed.pod(pod, Attacker.NODE, Attacker.NETWORKS));
    fresh.forEach(
        pod -> await(pod + " runs").atMost(PATIENCE).until(() -> bed.cluster().isRunning(pod)));
    ATTACHED.addAll(fresh);
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
          anyOrder(
              Attacker.finish(
                      new ProcessBuilder(
                          "nsenter",
                          "--net=/run/netns/" + bed.namespaceName(victim),
                          "sh",
                          "-c",
                          "ip -br addr; ip route; ip -6 route; nft list ruleset"),
                      "")
                  .output()));
    }
    return found;
  }

  /** A service without ready tasks for a moment gets its chain anew, after the others. */
  private static String anyOrder(String listing) {
    return Stream.of(listing.replaceAll("(?m)^}$", "").split("\n\n"))
        .map(String::strip)
        .sorted()
        .collect(joining("\n\n"));
  }
}
