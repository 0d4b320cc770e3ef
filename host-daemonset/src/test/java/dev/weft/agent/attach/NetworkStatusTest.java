package dev.weft.agent.attach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.attach.NetworkStatus.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkStatusTest {
  private static final Entry BLUE =
      new Entry("blue", "eth1", List.of("10.0.0.7", "fd00::7"), "02:42:0a:00:00:07", false);
  private static final String OURS =
      "{\"name\":\"weft.dev/blue\",\"interface\":\"eth1\",\"ips\":[\"10.0.0.7\",\"fd00::7\"],"
          + "\"mac\":\"02:42:0a:00:00:07\",\"default\":false,\"dns\":{}}";
  private static final String CNI =
      "{\"name\":\"cbr0\",\"interface\":\"eth0\",\"ips\":[\"10.244.1.2\"],\"default\":true,\"dns\":{}}";

  @Test
  void aPodWithoutTheAnnotationGetsIt() {
    assertThat(NetworkStatus.merge(null, List.of(BLUE))).contains("[" + OURS + "]");
  }

  @Test
  void whatOthersWroteStays() {
    assertThat(NetworkStatus.merge("[" + CNI + "]", List.of(BLUE)))
        .contains("[" + CNI + "," + OURS + "]");
  }

  @Test
  void oursAreReplacedAndNotAddedTo() {
    Entry moved = new Entry("blue", "eth1", List.of("10.0.0.8"), "02:42:0a:00:00:08", true);
    assertThat(NetworkStatus.merge("[" + OURS + "," + CNI + "]", List.of(moved)))
        .get()
        .asString()
        .startsWith("[" + CNI + ",")
        .contains("10.0.0.8")
        .doesNotContain("10.0.0.7");
  }

  @Test
  void whatIsThereIsNotWrittenAgain() {
    assertThat(NetworkStatus.merge("[\n " + CNI + ", " + OURS + "]", List.of(BLUE))).isEmpty();
    assertThat(NetworkStatus.merge(null, List.of())).isEmpty();
  }

  @Test
  void whatIsNoListIsLeftAlone() {
    assertThat(NetworkStatus.merge("{}", List.of(BLUE))).isEmpty();
    assertThat(NetworkStatus.merge("[{", List.of(BLUE))).isEmpty();
  }
}
