package dev.weft.agent.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Attachments;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PairingTest {
  private static NetworkEndpoint held(String network, String link, String address) {
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network(network)
            .interfaceName(link)
            .address(address)
            .mac("02:42:0a:00:00:07")
            .build());
    return endpoint;
  }

  private static Map<Integer, String> pair(String text, NetworkEndpoint... held)
      throws InvalidAttachments {
    return Pairing.of(Attachments.parse(text), List.of(held)).interfaces();
  }

  @Test
  void nothingHeldAnswersNothing() throws InvalidAttachments {
    assertThat(pair("blue, lan@eth5")).isEmpty();
  }

  @Test
  void aNameThatIsAskedForAnswersItsOwnAttachment() throws InvalidAttachments {
    assertThat(
            pair(
                "blue, blue@eth0",
                held("blue", "eth0", "10.0.0.2/24"),
                held("blue", "eth1", "10.0.0.3/24")))
        .isEqualTo(Map.of(0, "eth1", 1, "eth0"));
  }

  @Test
  void interfacesOfOneNetworkAreTakenInTheOrderOfTheirNumbers() throws InvalidAttachments {
    assertThat(
            pair(
                "blue, blue",
                held("blue", "eth10", "10.0.0.2/24"),
                held("blue", "eth9", "10.0.0.3/24")))
        .isEqualTo(Map.of(0, "eth9", 1, "eth10"));
  }

  @Test
  void aRequestedAddressDistinguishesInterfaces() throws InvalidAttachments {
    assertThat(
            pair(
                """
                [{"name":"blue"},{"name":"blue","ips":["10.0.0.2"]}]
                """,
                held("blue", "eth1", "10.0.0.3/24")))
        .isEqualTo(Map.of(0, "eth1"));
    assertThat(
            pair(
                """
                [{"name":"blue","ips":["10.0.0.2","fd00::2"]}]
                """,
                held("blue", "eth1", "10.0.0.2/24")))
        .as("the other family is not claimed yet")
        .isEqualTo(Map.of(0, "eth1"));
  }

  @Test
  void aRequestedMacAddressDistinguishesInterfaces() throws InvalidAttachments {
    assertThat(
            pair(
                """
                [{"name":"blue","mac":"02:00:00:00:00:01"}]
                """,
                held("blue", "eth1", "10.0.0.3/24")))
        .isEmpty();
  }

  @Test
  void anInterfaceOfAnotherNetworkAnswersNothing() throws InvalidAttachments {
    assertThat(pair("blue, lan@eth1", held("red", "eth1", "10.0.0.3/24"))).isEmpty();
  }
}
