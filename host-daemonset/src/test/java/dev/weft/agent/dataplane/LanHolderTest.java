package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.attach.claim.KernelProbe;
import dev.weft.api.IpAddress;
import dev.weft.netlink.NetworkNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Probes for the holder of an address on the LAN, answered by a real neighbour. */
class LanHolderTest {
  private final KernelLab lab = new KernelLab();
  private final KernelLab.Box node = lab.box("node");
  private final KernelLab.Box lan = lab.box("lan");
  private final KernelProbe probe = new KernelProbe(NetworkNamespace.named(node.name()));

  @BeforeEach
  void nodeIsOnALan() {
    lab.cable(lan, "l0", node, "nic");
    lan.address("l0", "10.99.0.7/24");
    lan.address("l0", "fd00:99::7/64");
  }

  @AfterEach
  void nothingStays() {
    probe.close();
    lab.close();
  }

  @Test
  void aMachineOfTheLanIsFoundByItsMacAddress() {
    String mac = String.valueOf(lan.link("l0").address());

    await()
        .untilAsserted(
            () -> assertThat(probe.holder("nic", IpAddress.parse("10.99.0.7"))).contains(mac));
    await()
        .untilAsserted(
            () -> assertThat(probe.holder("nic", IpAddress.parse("fd00:99::7"))).contains(mac));
  }

  @Test
  void aFreeAddressHasNoHolder() {
    assertThat(probe.holder("nic", IpAddress.parse("10.99.0.8"))).isEmpty();
    assertThat(probe.holder("nic", IpAddress.parse("fd00:99::8"))).isEmpty();
  }

  @Test
  void noProbeIsSentOnAMissingDevice() {
    assertThat(probe.holder("eth7", IpAddress.parse("10.99.0.7"))).isEmpty();
  }
}
