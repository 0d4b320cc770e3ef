package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttachmentsTest {

  @Test
  void theShortFormNamesNetworksAndInterfaces() throws InvalidAttachments {
    assertThat(Attachments.parse(" blue ,lan@eth5"))
        .containsExactly(
            new Attachment("blue", null, List.of(), null, null),
            new Attachment("lan", "eth5", List.of(), null, null));
  }

  @Test
  void aNetworkMayBeNamedSeveralTimes() throws InvalidAttachments {
    assertThat(Attachments.parse("blue, blue@eth5, blue"))
        .extracting(Attachment::network, Attachment::interfaceName)
        .containsExactly(tuple("blue", null), tuple("blue", "eth5"), tuple("blue", null));
  }

  @Test
  void theJsonFormHasMoreFields() throws InvalidAttachments {
    assertThat(
            Attachments.parse(
                """
                [{"name": "blue", "interface": "eth5", "ips": ["10.0.0.7", "fd00::7"],
                  "mac": "02:42:0A:00:00:07", "defaultRoute": true},
                 {"name": "lan", "defaultRoute": false}]
                """))
        .containsExactly(
            new Attachment(
                "blue",
                "eth5",
                List.of(IpAddress.parse("10.0.0.7"), IpAddress.parse("fd00::7")),
                "02:42:0a:00:00:07",
                true),
            new Attachment("lan", null, List.of(), null, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  \n", "[]", " [ ] "})
  void aTextThatNamesNoNetworkAsksForNone(String text) throws InvalidAttachments {
    assertThat(Attachments.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "blue,| 5 | is missing beside the comma",
        ",blue| 0 | is missing beside the comma",
        "blue,,lan| 5 | is missing beside the comma",
        "blue, Lan| 6 | a network's name has",
        "a/b| 0 | a network's name has",
        "@eth1| 0 | a network's name has",
        "blue@| 5 | it is empty",
        "blue@eth1@x, lan@a/b| 17 | visible ASCII",
        "blue@interface-name-x| 5 | Linux allows 15",
        "blue@all| 5 | Linux reserves the names",
        "blue@lo| 5 | the sandbox's own",
        "[{\"name\":\"a\",\"ips\":[\"10.0.0.7\"]},{\"name\":\"a\",\"ips\":[\"10.0.0.7\"]}]| 33 |"
            + " 10.0.0.7 on network a is requested twice",
        "blue@eth1, lan@eth1| 11 | interface eth1 is requested twice",
        "{\"name\":\"blue\"}| 0 | put [ ] around it",
        "[{\"name\":\"blue\"}| 16 | not JSON",
        "[{\"name\":\"blue\"}] x| 19 | not JSON",
        "[{\"name\":\"blue\"}] []| 18 | nothing may follow",
        "[\"blue\"]| 1 | an object such as",
        "[null]| 1 | an object such as",
        "[{}]| 1 | name the network",
        "[{\"name\":7}]| 9 | name in quotes",
        "[{\"name\":\"a\",\"name\":\"b\"}]| 19 | Duplicate",
        "[tru\u001bc| 6 | not JSON: Unrecognized token 'tru?c'",
        "[{\"name\":\"blue\",\"ip\":\"10.0.0.7\"}]| 16 | this field is unknown",
        "[{\"name\":\"blue\",\"ips\":\"10.0.0.7\"}]| 22 | a list of addresses",
        "[{\"name\":\"blue\",\"ips\":[\"10.0.0.7/24\"]}]| 23 | not an IP address",
        "[{\"name\":\"blue\",\"ips\":[\"1.1.1.1\",\"1.1.1.2\"]}]| 33 | this is a second one",
        "[{\"name\":\"blue\",\"mac\":\"01:00:5e:00:00:01\"}]| 22 | a group address",
        "[{\"name\":\"blue\",\"mac\":\"00:00:00:00:00:00\"}]| 22 | address of zeros",
        "[{\"name\":\"blue\",\"mac\":\"02-42\"}]| 22 | not a MAC address",
        "[{\"name\":\"blue\",\"defaultRoute\":\"yes\"}]| 31 | true or false",
        "[{\"name\":\"a\",\"defaultRoute\":true},{\"name\":\"b\",\"defaultRoute\":true}]| 34 |"
            + " choose one",
        "[{\"name\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}]| 9 | name in quotes"
      })
  void anErrorReportsWhatAndWhere(String text, int position, String message) {
    assertThatExceptionOfType(InvalidAttachments.class)
        .isThrownBy(() -> Attachments.parse(text))
        .withMessageStartingWith("at character %d: ", position + 1)
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.position()).isEqualTo(position));
  }

  @Test
  void thirtyTwoNetworksAreTheMost() throws InvalidAttachments {
    assertThat(Attachments.parse(networks(32))).hasSize(32);
    assertThat(Attachments.parse(json(32))).hasSize(32);
    for (String text : List.of(networks(33), json(33))) {
      assertThatExceptionOfType(InvalidAttachments.class)
          .isThrownBy(() -> Attachments.parse(text))
          .withMessageContaining("at most 32");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "[", ",", " "})
  void tenMegabytesAreRefusedUnread(String content) {
    assertThatExceptionOfType(InvalidAttachments.class)
        .isThrownBy(() -> Attachments.parse(content.repeat(10_000_000)))
        .withMessageContaining("the most is 16384");
  }

  @Test
  void noInputOfAMillionHostileOnesDoesMoreThanBeRefused() {
    long read =
        IntStream.range(0, 1_000_000)
            .parallel()
            .mapToObj(seed -> hostile(new Random(seed)))
            .filter(AttachmentsTest::isRead)
            .count();
    assertThat(read).as("inputs that stayed valid").isBetween(1L, 999_999L);
  }

  private static boolean isRead(String text) {
    try {
      return Attachments.parse(text).size() <= Attachments.MOST;
    } catch (InvalidAttachments e) {
      if (e.position() < 0 || e.position() > text.length()) {
        throw new AssertionError("position %d in: %s".formatted(e.position(), text), e);
      }
      return false;
    } catch (RuntimeException e) {
      throw new AssertionError("neither read nor refused: " + text, e);
    }
  }

  private static final List<String> SEEDS =
      List.of(
          "blue, lan@eth5",
          "[{\"name\":\"blue\",\"interface\":\"eth5\",\"ips\":[\"10.0.0.7\",\"fd00::7\"],"
              + "\"mac\":\"02:42:0a:00:00:07\",\"defaultRoute\":true}]",
          "[{\"name\":\"a\"},{\"name\":\"b\",\"ips\":[]}]");
  private static final String SPICE = "[]{}:,\"\\@ \t\n\u0000-./%eE+0179aé\ud800\udfff\uffff";

  /** A valid text with up to four characters replaced, inserted, cut out or cut off. */
  private static String hostile(Random random) {
    StringBuilder text = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
    for (int edits = random.nextInt(5); edits > 0 && !text.isEmpty(); edits--) {
      int at = random.nextInt(text.length());
      char spice = SPICE.charAt(random.nextInt(SPICE.length()));
      switch (random.nextInt(5)) {
        case 0 -> text.setCharAt(at, spice);
        case 1 -> text.insert(at, spice);
        case 2 -> text.deleteCharAt(at);
        case 3 -> text.setLength(at);
        default -> text.insert(at, String.valueOf(spice).repeat(random.nextInt(40)));
      }
    }
    return text.toString();
  }

  private static String networks(int count) {
    return IntStream.range(0, count).mapToObj(i -> "n" + i).collect(Collectors.joining(","));
  }

  private static String json(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{\"name\":\"n" + i + "\"}")
        .collect(Collectors.joining(",", "[", "]"));
  }
}
