package dev.weft.netlink.xfrm;

import static dev.weft.netlink.IpPrefix.parseAddress;
import static dev.weft.netlink.xfrm.XfrmDirection.FORWARD;
import static dev.weft.netlink.xfrm.XfrmDirection.IN;
import static dev.weft.netlink.xfrm.XfrmDirection.OUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.Outcome;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class XfrmPolicyTest {
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  private static final int PORT = 4790;
  private static final InetAddress HERE = parseAddress("127.0.0.1");
  private static final XfrmPolicyId TO_PORT =
      XfrmPolicyId.of(OUT, XfrmSelector.ALL_IPV4.udpTo(PORT));

  private Xfrm xfrm;

  @BeforeEach
  void open() {
    xfrm = kernel.xfrm();
  }

  @Test
  void policiesOfBothFamiliesAndAllDirectionsAreReadAsTheyWereMade() {
    XfrmTemplate template =
        XfrmTemplate.transport(parseAddress("192.0.2.1"), parseAddress("192.0.2.2"), 0x77656674L);
    XfrmTemplate tunnel =
        new XfrmTemplate(
            parseAddress("fd00::1"), parseAddress("fd00::2"), 50, 9, 3, XfrmMode.TUNNEL, true);
    XfrmSelector some =
        new XfrmSelector(
            IpPrefix.parse("fd00:1::/32"),
            IpPrefix.parse("fd00:2::3/128"),
            XfrmSelector.UDP,
            new XfrmPort(0x1200, 0xff00),
            XfrmPort.of(PORT),
            1);
    XfrmLifetime life =
        new XfrmLifetime(
            XfrmLimits.NONE.withAge(Duration.ofHours(1)).withBytes(1 << 20),
            XfrmLimits.NONE.withUse(Duration.ofHours(2)).withPackets(1 << 10));
    List<XfrmPolicySpec> wanted =
        List.of(
            XfrmPolicySpec.protect(TO_PORT, 7, template.withSpi(0xf0000001L)).withNumber(4711),
            XfrmPolicySpec.block(XfrmPolicyId.of(IN, XfrmSelector.ALL_IPV6.udpFrom(PORT)), U32)
                .withNumber(4712),
            new XfrmPolicySpec(
                new XfrmPolicyId(FORWARD, some, new XfrmMark(0x57, 0xff), 12),
                FORWARD.code | 4713 << 3,
                1,
                XfrmPolicySpec.Action.ALLOW,
                List.of(tunnel),
                life));
    wanted.forEach(xfrm::policyAdd);
    assertThat(xfrm.policies())
        .extracting(XfrmPolicy::spec)
        .containsExactlyInAnyOrderElementsOf(wanted);
    assertThat(wanted)
        .allMatch(policy -> xfrm.policy(policy.id()).orElseThrow().spec().equals(policy));
    wanted.forEach(policy -> xfrm.policyDelete(policy.id()));
    assertThat(xfrm.policies()).isEmpty();
  }

  private static final long U32 = 0xffff_ffffL;

  @Test
  void aPolicyIsMadeOnceAndUpdatedInItsPlace() {
    XfrmPolicySpec block = XfrmPolicySpec.block(TO_PORT, 10).withNumber(5);
    xfrm.policyAdd(block);
    assertThatThrownBy(() -> xfrm.policyAdd(block))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining(
            "cannot add policy OUT 0.0.0.0/0 to 0.0.0.0/0, protocol 17, to port 4790: EEXIST");
    XfrmPolicySpec protect =
        XfrmPolicySpec.protect(TO_PORT, 5, XfrmTemplate.transport(HERE, HERE, 1)).withNumber(6);
    xfrm.policyUpdate(protect);
    assertThat(xfrm.policies())
        .extracting(policy -> policy.spec().templates())
        .containsExactly(protect.templates());
    assertThat(xfrm.policies().getFirst().usage().made()).isNotNull();
    xfrm.policyDelete(TO_PORT);
    assertThatThrownBy(() -> xfrm.policyDelete(TO_PORT)).hasMessageContaining("ENOENT");
    assertThat(xfrm.policy(TO_PORT)).isEmpty();
  }

  @Test
  void aReplacedPolicyKeepsTheIndexOfTheFirst() {
    xfrm.policyAdd(XfrmPolicySpec.block(TO_PORT, 10).withNumber(5));
    xfrm.policyUpdate(XfrmPolicySpec.block(TO_PORT, 11).withNumber(6));
    assertThat(xfrm.policies())
        .extracting(XfrmPolicy::spec)
        .containsExactly(XfrmPolicySpec.block(TO_PORT, 11).withNumber(5));
  }

  @Test
  void everyOutcomeOfAThousandIsThatOfItsOwnRequest() {
    List<XfrmRequest> requests =
        IntStream.range(0, 1000)
            .<XfrmRequest>mapToObj(i ->
                new XfrmRequest.PolicyAdd(
                    XfrmPolicySpec.block(
                        XfrmPolicyId.of(IN, XfrmSelector.ALL_IPV4.udpTo(i / 2)), 1)))
            .toList();
    List<Outcome> outcomes = xfrm.execute(requests);
    for (int i = 0; i < outcomes.size(); i++) {
      if (i % 2 == 0) {
        assertThat(outcomes.get(i)).isInstanceOf(Outcome.Done.class);
      } else {
        assertThatThrownBy(outcomes.get(i)::orThrow)
            .hasMessageContaining("EEXIST")
            .hasMessageContaining(requests.get(i).inWords());
      }
    }
    assertThat(xfrm.policies()).hasSize(500);
  }

  @Test
  void aRefusalOfTheKernelIsReportedInWords() {
    InetAddress six = parseAddress("fd00::1");
    XfrmTemplate otherFamily = XfrmTemplate.transport(six, six, 1);
    assertThatThrownBy(() -> xfrm.policyAdd(XfrmPolicySpec.protect(TO_PORT, 1, otherFamily)))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("cannot add policy " + TO_PORT + ": EINVAL")
        .hasMessageContaining("template");
  }

  @Test
  void aBlockedPortIsClosedInBothDirectionsAndOthersStayOpen() throws IOException {
    XfrmPair pair = new XfrmPair(kernel);
    try (DatagramSocket sender = pair.socket(0, 0);
        DatagramSocket blocked = pair.socket(1, PORT);
        DatagramSocket open = pair.socket(1, PORT + 1)) {
      assertThat(pair.arrives(sender, blocked)).isTrue();
      xfrm.policyAdd(XfrmPolicySpec.block(TO_PORT, 1));
      assertThat(pair.arrives(sender, blocked)).isFalse();
      assertThat(pair.arrives(sender, open)).isTrue();
      xfrm.policyDelete(TO_PORT);
      assertThat(pair.arrives(sender, blocked)).isTrue();
      pair.xfrm(1)
          .policyAdd(
              XfrmPolicySpec.block(XfrmPolicyId.of(IN, XfrmSelector.ALL_IPV4.udpTo(PORT)), 1));
      assertThat(pair.arrives(sender, blocked)).isFalse();
      assertThat(pair.arrives(sender, open)).isTrue();
    }
  }
}
