package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultusSelectionsTest {
  private static List<MultusSelection> read(String text) {
    return MultusSelections.read(text, "shop");
  }

  private static List<Attachment> attachments(String text) throws InvalidAttachments {
    return MultusSelections.attachments(
        MultusSelections.mapped(read(text), _ -> Set.of("lan")), _ -> Set.of("10.0.0.1"));
  }

  @Test
  void theShortFormNamesDefinitionsAndInterfaces() {
    assertThat(read(" lan , default/back@eth5,lan"))
        .extracting(MultusSelection::definition, MultusSelection::interfaceName)
        .containsExactly(
            tuple("shop/lan", "net1"), tuple("default/back", "eth5"), tuple("shop/lan", "net3"));
  }

  @Test
  void theJsonFormIsReadAsMultusReadsIt() throws InvalidAttachments {
    String text =
        """
        [{"name": "lan", "namespace": "default", "interface": "eth5",
          "ips": ["10.0.0.7/24", "fd00::7/64"], "mac": "02:42:0A:00:00:07",
          "default-route": ["10.0.0.1"], "something-new": {"deep": [1]}},
         {"name": "lan", "ips": null, "cni-args": null, "portMappings": []}]
        """;

    assertThat(read(text))
        .extracting(MultusSelection::definition, MultusSelection::gateways)
        .containsExactly(tuple("default/lan", List.of("10.0.0.1")), tuple("shop/lan", List.of()));
    assertThat(attachments(text))
        .containsExactly(
            new Attachment(
                "lan",
                "eth5",
                List.of(IpAddress.parse("10.0.0.7"), IpAddress.parse("fd00::7")),
                "02:42:0a:00:00:07",
                true),
            new Attachment("lan", "net2", List.of(), null, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "lan,",
        "a/b/c",
        "lan@a@b",
        "LAN",
        "{\"name\": \"lan\"}",
        "[",
        "[{\"name\": \"lan\"}",
        "[{\"name\": \"lan\"}] more",
        "[{\"namespace\": \"x\"}]",
        "[\"lan\"]",
        "[1, {\"name\": \"lan\"}]"
      })
  void aTextThatMultusRefusesNamesNothing(String text) {
    assertThat(read(text)).isEmpty();
  }

  @Test
  void aTextBeyondTheLimitNamesNothing() {
    assertThat(read("lan," + " ".repeat(Attachments.LONGEST) + "lan")).isEmpty();
    assertThat(read("[{\"name\": \"lan\", \"x\": " + "[".repeat(1000) + "]".repeat(1000) + "}]"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'ips': ['10.0.0.7/33']                | ips holds no address",
        "'ips': ['lan']                        | ips holds no address",
        "'ips': ['10.0.0.7/24', '10.0.0.8/24'] | at most one IPv4",
        "'mac': '02:42'                        | mac: it is not a MAC address",
        "'default-route': ['10.0.0.2']         | has the gateways [10.0.0.1]",
        "'interface': 'a/b'                    | no name for an interface",
        "'interface': 'lo'                     | lo is the sandbox's own",
        "'bandwidth': {'ingressRate': 1}       | does not support bandwidth",
        "'portMappings': [{'hostPort': 80}]    | does not support portMappings"
      })
  void aRequestThatWeftCannotMeetIsRefused(String field, String message) {
    String text = "[{'name': 'lan', %s}]".formatted(field).replace('\'', '"');

    assertThatExceptionOfType(InvalidAttachments.class)
        .isThrownBy(() -> attachments(text))
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lan@eth5, lan@eth5",
        "lan@net2, lan",
        "[{\"name\": \"lan\", \"default-route\": [\"10.0.0.1\"]}, {\"name\": \"lan\","
            + " \"default-route\": [\"10.0.0.1\"]}]"
      })
  void selectionsThatContradictEachOtherAreRefused(String text) {
    assertThatExceptionOfType(InvalidAttachments.class).isThrownBy(() -> attachments(text));
  }

  @Test
  void onlyWhatANetworkStandsForIsAttachedAndOnlyOneMayStandForIt() throws InvalidAttachments {
    List<MultusSelection> selections = read("lan, default/back");

    assertThat(
            MultusSelections.attachments(
                MultusSelections.mapped(
                    selections, each -> each.equals("default/back") ? Set.of("blue") : Set.of()),
                _ -> Set.of()))
        .containsExactly(new Attachment("blue", "net2", List.of(), null, false));
    assertThatExceptionOfType(InvalidAttachments.class)
        .isThrownBy(() -> MultusSelections.mapped(selections, _ -> Set.of("red", "blue")))
        .withMessageContaining("blue, red all stand for shop/lan");
  }

  @Test
  void noPodAttachesToMoreNetworksThanOursMay() {
    String most = "lan,".repeat(Attachments.MOST - 1) + "lan";

    assertThat(read(most)).hasSize(Attachments.MOST);
    assertThatExceptionOfType(InvalidAttachments.class)
        .isThrownBy(() -> attachments(most + ",lan"))
        .withMessageContaining("at most 32");
  }
}
