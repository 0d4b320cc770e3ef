package dev.weft.agent.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.IpPrefix;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RouteSummaryTest {
  private static List<String> summary(Stream<String> routes) {
    return RouteSummary.of(routes.map(IpPrefix::parse).toList()).stream()
        .map(IpPrefix::toString)
        .toList();
  }

  @Test
  void networksAndSingleHostsStayAsTheyAre() {
    assertThat(summary(Stream.of("10.1.0.0/16", "192.0.2.7/32", "fd00::/48", "fd01::1/128")))
        .containsExactlyInAnyOrder(
            "10.1.0.0/16", "192.0.2.7/32", "fd00:0:0:0:0:0:0:0/48", "fd01:0:0:0:0:0:0:1/128");
  }

  @Test
  void theRoutesOfPodsAreOneBlockThatStaysWhenAPodComes() {
    assertThat(summary(IntStream.range(2, 5).mapToObj(n -> "10.244.3." + n + "/32")))
        .isEqualTo(summary(IntStream.range(2, 120).mapToObj(n -> "10.244.3." + n + "/32")))
        .containsExactly("10.244.3.0/24");
    assertThat(summary(IntStream.range(2, 90).mapToObj(n -> "fd77::" + n + "/128"))).hasSize(1);
  }

  @Test
  void howeverManyTheyAreTheyAreBoundedAndNoneIsLeftOut() {
    List<IpPrefix> routes =
        Stream.concat(
                IntStream.range(0, 5000).mapToObj(n -> "10.%d.%d.0/26".formatted(n / 250, n % 250)),
                IntStream.range(0, 2000).mapToObj(n -> "fd77:%x::/64".formatted(n * 7)))
            .map(IpPrefix::parse)
            .toList();

    List<IpPrefix> summary = RouteSummary.of(routes);

    assertThat(summary).hasSizeLessThanOrEqualTo(RouteSummary.MOST);
    assertThat(routes)
        .allMatch(route ->
            summary.stream()
                .anyMatch(
                    block -> block.length() <= route.length() && block.contains(route.address())));
    assertThat(summary).noneMatch(block -> block.length() < 12);
  }
}
