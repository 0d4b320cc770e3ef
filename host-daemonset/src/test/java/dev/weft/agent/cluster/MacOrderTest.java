package dev.weft.agent.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.Given;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class MacOrderTest {
  private static final String ASKED = "02:00:00:00:00:aa";

  @Test
  void theOlderHasTheMacAddressAndOfTwoOfOneSecondAlwaysTheSame() {
    NetworkEndpoint old = endpoint("b", "old", "10.1.0.2/24", ASKED, "2026-01-01T00:00:00Z", "z");
    NetworkEndpoint one = endpoint("a", "one", "10.1.0.3/24", ASKED, "2026-01-01T00:00:01Z", "a");
    NetworkEndpoint two = endpoint("c", "two", "10.1.0.4/24", ASKED, "2026-01-01T00:00:01Z", "b");
    List<NetworkEndpoint> all = List.of(two, one, old);

    assertThat(MacOrder.before(old, all)).isEmpty();
    assertThat(MacOrder.before(one, all)).contains(old);
    assertThat(MacOrder.before(two, List.of(two, one))).contains(one);
    assertThat(MacOrder.before(one, List.of(two, one))).isEmpty();
  }

  @Test
  void anAddressHasTheMacAddressThatIsMadeFromItHoweverYoungItIs() {
    String mac = "02:42:0a:01:00:09";
    NetworkEndpoint old = endpoint("b", "old", "10.1.0.2/24", mac, "2026-01-01T00:00:00Z", "a");
    NetworkEndpoint own = endpoint("a", "own", "10.1.0.9/24", mac, "2026-01-02T00:00:00Z", "b");

    assertThat(MacOrder.before(own, List.of(old, own))).isEmpty();
    assertThat(MacOrder.before(old, List.of(old, own))).contains(own);
  }

  @Test
  void theOtherAddressOfAnInterfaceHasItsMacAddressAsFirmly() {
    String mac = "02:42:0a:01:00:09";
    NetworkEndpoint old = endpoint("b", "old", "10.1.0.2/24", mac, "2026-01-01T00:00:00Z", "a");
    NetworkEndpoint four = endpoint("a", "own", "10.1.0.9/24", mac, "2026-01-02T00:00:00Z", "b");
    NetworkEndpoint six = endpoint("a", "own", "fd00::9/64", mac, "2026-01-02T00:00:00Z", "c");

    assertThat(MacOrder.before(six, List.of(old, four, six))).isEmpty();
    assertThat(MacOrder.before(old, List.of(old, four, six))).contains(four);
  }

  @Test
  void twoAddressesOfOneInterfaceShareItsMacAddress() {
    NetworkEndpoint four = endpoint("a", "one", "10.1.0.2/24", ASKED, "2026-01-01T00:00:00Z", "a");
    NetworkEndpoint six = endpoint("a", "one", "fd00::2/64", ASKED, "2026-01-01T00:00:09Z", "b");
    NetworkEndpoint elsewhere =
        endpoint("b", "one", "10.1.0.3/24", ASKED, "2026-01-01T00:00:09Z", "c");

    assertThat(MacOrder.before(six, List.of(four, six))).isEmpty();
    assertThat(MacOrder.before(elsewhere, List.of(four, elsewhere))).contains(four);
  }

  private static NetworkEndpoint endpoint(
      String node, String pod, String address, String mac, String created, String uid) {
    NetworkEndpoint endpoint =
        Given.endpoint(Given.overlay("blue", "10.1.0.0/24"), node, pod, address);
    endpoint.getMetadata().setCreationTimestamp(created);
    endpoint.getMetadata().setUid(uid);
    endpoint.setSpec(NetworkEndpointSpecBuilder.builder(endpoint.getSpec()).mac(mac).build());
    return endpoint;
  }
}
