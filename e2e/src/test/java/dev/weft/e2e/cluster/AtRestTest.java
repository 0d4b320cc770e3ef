package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.Metrics;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Programs do nothing while nothing changes. {@code -Dweft.rest.seconds=60} watches for a minute;
 * the default is shorter.
 */
@Tag("api-server")
@ExtendWith(InLab.class)
class AtRestTest {
  private static final Duration REST =
      Duration.ofSeconds(Integer.getInteger("weft.rest.seconds", 15));

  /** A bridge notifies each new port once more after its forward delay of 15 s. */
  private static final Duration SETTLED = Duration.ofSeconds(18);

  private final Lab lab;

  AtRestTest(Lab lab) {
    this.lab = lab;
  }

  @Test
  void agentsSendNoNetlinkMessageAndNoApiRequestButTheLease() {
    awaitQuiet(SETTLED);
    Map<String, Double> before = work();
    Map<String, Double> watches = watches();
    assertThat(before.keySet())
        .anyMatch(name -> name.contains("weft_agent_netlink_messages_total"))
        .anyMatch(name -> name.contains("weft_agent_api_requests_total"));

    await()
        .during(REST)
        .atMost(REST.plusSeconds(5))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(work()).isEqualTo(before));
    // An API server ends each watch after a random time, and the client starts another.
    assertThat(watches())
        .allSatisfy((name, count) ->
            assertThat(count).as(name).isLessThanOrEqualTo(watches.getOrDefault(name, 0.0) + 1));
  }

  /** Waits until the effects of earlier tests have ended. */
  private void awaitQuiet(Duration quiet) {
    Map<String, Double> last = new TreeMap<>();
    await()
        .during(quiet)
        .atMost(InLab.PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> {
          Map<String, Double> now = work();
          boolean same = now.equals(last);
          last.clear();
          last.putAll(now);
          return same;
        });
  }

  /** Activity of each agent, except for its Lease and its watches. */
  private Map<String, Double> work() {
    return counts(name -> !name.contains("resource=\"leases\"") && !isWatch(name));
  }

  private Map<String, Double> watches() {
    return counts(AtRestTest::isWatch);
  }

  private static boolean isWatch(String name) {
    return name.contains(" watch\"");
  }

  private Map<String, Double> counts(Predicate<String> which) {
    Map<String, Double> counts = new TreeMap<>();
    lab.nodes()
        .forEach(node ->
            Metrics.of(node)
                .values()
                .forEach((name, value) -> {
                  if (name.contains("_total") && which.test(name)) {
                    counts.put(node.name() + " " + name, value);
                  }
                }));
    return counts;
  }
}
