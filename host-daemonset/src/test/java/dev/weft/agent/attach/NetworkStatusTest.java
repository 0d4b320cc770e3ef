package dev.weft.agent.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.agent.attach.NetworkStatus.Entry;
import dev.weft.agent.attach.claim.Probe;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NetworkStatusTest {
  private static final Entry BLUE =
      new Entry(
          "weft.dev/blue",
          "eth1",
          List.of("10.0.0.7", "fd00::7"),
          "02:42:0a:00:00:07",
          1450,
          List.of("10.0.0.1"));
  private static final Entry CLUSTER =
      NetworkStatus.ofCluster(
          new Probe.Device("eth0", "0a:58:0a:f4:01:02", 1500, List.of("10.244.1.2")));
  private static final String OURS =
      "{\"name\":\"weft.dev/blue\",\"interface\":\"eth1\",\"ips\":[\"10.0.0.7\",\"fd00::7\"],"
          + "\"mac\":\"02:42:0a:00:00:07\",\"mtu\":1450,\"default\":false,"
          + "\"gateway\":[\"10.0.0.1\"],\"dns\":{}}";
  private static final String CNI =
      "{\"name\":\"cbr0\",\"interface\":\"eth0\",\"ips\":[\"10.244.1.2\"],\"default\":true,\"dns\":{}}";

  @Test
  void aPodWithoutTheAnnotationGetsIt() {
    assertThat(NetworkStatus.merge(null, List.of(BLUE), Optional.empty()))
        .contains("[" + OURS + "]");
  }

  @Test
  void whatOthersWroteStays() {
    assertThat(NetworkStatus.merge("[" + CNI + "]", List.of(BLUE), Optional.empty()))
        .contains("[" + CNI + "," + OURS + "]");
  }

  @Test
  void oursAreReplacedAndNotAddedTo() {
    Entry moved =
        new Entry("weft.dev/blue", "eth1", List.of("10.0.0.8"), "02:42:0a:00:00:08", 0, List.of());
    assertThat(NetworkStatus.merge("[" + OURS + "," + CNI + "]", List.of(moved), Optional.empty()))
        .get()
        .asString()
        .startsWith("[" + CNI + ",")
        .contains("10.0.0.8")
        .doesNotContain("10.0.0.7");
  }

  @Test
  void whatIsThereIsNotWrittenAgain() {
    assertThat(
            NetworkStatus.merge("[\n " + CNI + ", " + OURS + "]", List.of(BLUE), Optional.empty()))
        .isEmpty();
    assertThat(NetworkStatus.merge(null, List.of(), Optional.empty())).isEmpty();
  }

  @Test
  void theClustersDefaultNetworkIsListedOnceAndAloneIsTheDefault() {
    String both = NetworkStatus.merge(null, List.of(BLUE), Optional.of(CLUSTER)).orElseThrow();

    assertThat(MultusClient.read(both))
        .extracting(MultusClient::name, MultusClient::isDefault, MultusClient::mtu)
        .containsExactly(tuple("cluster-default", true, 1500), tuple("weft.dev/blue", false, 1450));
    assertThat(NetworkStatus.merge(both, List.of(BLUE), Optional.of(CLUSTER))).isEmpty();
    assertThat(NetworkStatus.merge("[" + CNI + "]", List.of(BLUE), Optional.of(CLUSTER)))
        .contains("[" + CNI + "," + OURS + "]");
    assertThat(NetworkStatus.merge("[" + CNI + "]", List.of(), Optional.of(CLUSTER))).isEmpty();
  }

  @Test
  void theDefaultOfMultusReplacesOurs() {
    String both = NetworkStatus.merge(null, List.of(BLUE), Optional.of(CLUSTER)).orElseThrow();
    String later = "[" + CNI + "," + both.substring(1);

    assertThat(
            MultusClient.read(
                NetworkStatus.merge(later, List.of(BLUE), Optional.of(CLUSTER)).orElseThrow()))
        .extracting(MultusClient::name, MultusClient::isDefault)
        .containsExactly(tuple("cbr0", true), tuple("weft.dev/blue", false));
  }

  @Test
  void anInterfaceThatOursTookOverIsListedOnce() {
    String multus = "[" + CNI + ",{\"name\":\"default/lan\",\"interface\":\"eth1\"}]";

    assertThat(
            MultusClient.read(
                NetworkStatus.merge(multus, List.of(BLUE), Optional.of(CLUSTER)).orElseThrow()))
        .extracting(MultusClient::name, MultusClient::interfaceName, MultusClient::gateway)
        .containsExactly(
            tuple("cbr0", "eth0", List.of()), tuple("weft.dev/blue", "eth1", List.of("10.0.0.1")));
  }

  @Test
  void whatIsNoListIsLeftAlone() {
    assertThat(NetworkStatus.merge("{}", List.of(BLUE), Optional.empty())).isEmpty();
    assertThat(NetworkStatus.merge("[{", List.of(BLUE), Optional.empty())).isEmpty();
  }
}
