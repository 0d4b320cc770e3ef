package dev.weft.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.doctor.CheckResult.Grade;
import dev.weft.api.Defaults;
import dev.weft.api.Kernel;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckupTest {
  private static final long ALL = -1;
  private static final LocalVtep VTEP = found(1500);

  @Test
  void aNodeThatHasAllHasNothingToChange() {
    assertThat(findings(ALL, List.of(), Map.of(), Set.of(), VTEP))
        .allSatisfy(each -> {
          assertThat(each.grade()).isEqualTo(Grade.OK);
          assertThat(each.cure()).isEmpty();
        });
  }

  @Test
  void aProcessWithoutARightFails() {
    CheckResult found =
        of("capabilities", findings(~(1L << 12), List.of(), Map.of(), Set.of(), VTEP));
    assertThat(found.grade()).isEqualTo(Grade.FAIL);
    assertThat(found.found()).endsWith("lacks NET_ADMIN");
  }

  @Test
  void whatEveryNetworkNeedsFailsAndWhatSomeNeedIsNoted() {
    assertThat(of("kernel", findings(ALL, List.of("bridge"), Map.of(), Set.of(), VTEP)).grade())
        .isEqualTo(Grade.FAIL);
    CheckResult macvlan = of("kernel", findings(ALL, List.of("macvlan"), Map.of(), Set.of(), VTEP));
    assertThat(macvlan.grade()).isEqualTo(Grade.NOTE);
    assertThat(macvlan.found()).contains("Linux 6.18 has no macvlan");
    CheckResult filter =
        of("kernel", findings(ALL, List.of("nft_fib_inet"), Map.of(), Set.of(), VTEP));
    assertThat(filter.toString())
        .contains("NOTE", "has no nft_fib_inet", "→ load the modules (modprobe nft_fib_inet)");
    List<CheckResult> clear = findings(ALL, List.of("esp", "nft_xfrm"), Map.of(), Set.of(), VTEP);
    assertThat(of("kernel", clear).grade()).isEqualTo(Grade.OK);
    assertThat(of("encryption", clear).found()).contains("no esp, nft_xfrm");
  }

  @Test
  void whatBlocksANetworkIsNamedWithItsCure() {
    List<CheckResult> findings =
        findings(
            ALL,
            List.of(),
            Map.of("ipv4/conf/all/arp_ignore", "8", "bridge/bridge-nf-call-iptables", "1"),
            Set.of(Defaults.CLEAR_PORT, 4500),
            found(1200));
    assertThat(findings)
        .filteredOn(each -> each.grade() == Grade.NOTE)
        .extracting(CheckResult::subject)
        .containsExactlyInAnyOrder(
            "tunnels start at", "clear tunnels", "ESP inside UDP", "ARP", "node's firewall");
    assertThat(findings)
        .filteredOn(each -> each.grade() == Grade.NOTE)
        .allSatisfy(each -> assertThat(each.cure()).isNotBlank());
  }

  @Test
  void aNodeWithoutAddressForTunnelsIsNoted() {
    CheckResult found =
        of(
            "tunnels start at",
            findings(ALL, List.of(), Map.of(), Set.of(), new LocalVtep.Missing("no address")));
    assertThat(found.toString()).contains("NOTE", "no address", "→ name the node's address");
  }

  private static LocalVtep found(int mtu) {
    return new LocalVtep.Found(InetAddress.ofLiteral("192.0.2.1"), "eth0", mtu, List.of());
  }

  private static CheckResult of(String subject, List<CheckResult> findings) {
    return findings.stream()
        .filter(each -> each.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  private static List<CheckResult> findings(
      long capabilities,
      List<String> missing,
      Map<String, String> settings,
      Set<Integer> udpPorts,
      LocalVtep underlay) {
    CheckedNode facts =
        new CheckedNode(
            capabilities,
            new Kernel("6.18", missing),
            true,
            settings,
            udpPorts,
            Map.of(),
            false,
            underlay,
            Map.of("--nri", "/var/run/nri/nri.sock"),
            4096);
    return new Checkup(facts, 1024).findings();
  }
}
