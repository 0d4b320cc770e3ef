package dev.weft.netlink.rtnl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.LinkKind.Bridge;
import dev.weft.netlink.rtnl.LinkKind.Dummy;
import dev.weft.netlink.rtnl.LinkKind.Macvlan;
import dev.weft.netlink.rtnl.LinkKind.Veth;
import dev.weft.netlink.rtnl.LinkKind.Vlan;
import dev.weft.netlink.rtnl.LinkKind.Vxlan;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each kind of link is read back as it was created. */
class LinkKindTest {
  private static final MacAddress MAC = MacAddress.parse("02:42:0a:00:00:02");
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  @Test
  void bridgeOptionsAreReadBackAsTheyWereSet() {
    Bridge bridge =
        new Bridge(true, null, false, Duration.ofSeconds(17), Duration.ofMillis(2500), false);
    Link link = kernel.netlink().linkAdd(LinkSpec.of("br", bridge));
    assertThat(withoutVlans(link)).isEqualTo(bridge);
    kernel
        .netlink()
        .execute(
            new Request.LinkChange(
                link.index(),
                null,
                new Bridge()
                    .withAgeing(Duration.ofSeconds(3))
                    .withMulticastSnooping(true)
                    .withLinkLocalLearning(true),
                LinkSettings.NONE));
    assertThat(withoutVlans(kernel.netlink().link("br").orElseThrow()))
        .isEqualTo(
            bridge
                .withAgeing(Duration.ofSeconds(3))
                .withMulticastSnooping(true)
                .withLinkLocalLearning(true));
  }

  /** Not every kernel has 802.1Q filtering. */
  private static Bridge withoutVlans(Link link) {
    Bridge bridge = (Bridge) link.kind();
    return new Bridge(
        bridge.stp(),
        null,
        bridge.multicastSnooping(),
        bridge.ageing(),
        bridge.forwardDelay(),
        bridge.linkLocalLearning());
  }

  @Test
  void vxlanOverIpv4IsReadBackAsItWasSet() {
    Vxlan vxlan =
        Vxlan.vni(4096)
            .local(IpPrefix.parseAddress("192.0.2.1"))
            .port(4790)
            .learning(false)
            .ttl(5)
            .dontFragment(Vxlan.DontFragment.SET)
            .udpChecksum(true)
            .zeroChecksum6Tx(false)
            .zeroChecksum6Rx(false)
            .build();
    Link link =
        kernel
            .netlink()
            .linkAdd(
                new LinkSpec("vx", vxlan, LinkSettings.builder().mtu(1450).address(MAC).build()));
    assertThat(link.kind()).isEqualTo(vxlan);
    assertThat(link.mtu()).isEqualTo(1450);
    assertThat(link.address()).isEqualTo(MAC);
  }

  @Test
  void vxlanOverIpv6BoundToALinkIsReadBackAsItWasSet() {
    int parent = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("v1"))).index();
    Link link =
        kernel
            .netlink()
            .linkAdd(
                LinkSpec.of(
                    "vx",
                    Vxlan.vni(16_777_215)
                        .local(IpPrefix.parseAddress("2001:db8::1"))
                        .port(4789)
                        .parent(parent)
                        .zeroChecksum6Tx(true)
                        .zeroChecksum6Rx(true)
                        .build()));
    assertThat(link.kind())
        .isInstanceOfSatisfying(
            Vxlan.class,
            vxlan -> {
              assertThat(vxlan.vni()).isEqualTo(16_777_215);
              assertThat(vxlan.local()).isEqualTo(IpPrefix.parseAddress("2001:db8::1"));
              assertThat(vxlan.parent()).isEqualTo(parent);
              assertThat(vxlan.zeroChecksum6Tx()).isTrue();
              assertThat(vxlan.zeroChecksum6Rx()).isTrue();
            });
  }

  @Test
  void everyMacvlanModeIsReadBack() {
    Link parent = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("v1")));
    for (Macvlan.Mode mode :
        List.of(Macvlan.Mode.BRIDGE, Macvlan.Mode.VEPA, Macvlan.Mode.PRIVATE)) {
      Link child = kernel.netlink().linkAdd(LinkSpec.of("mv", new Macvlan(parent.index(), mode)));
      assertThat(child.kind()).isEqualTo(new Macvlan(parent.index(), mode));
      kernel.netlink().linkDelete(child.index());
    }
    Macvlan passthru = new Macvlan(parent.index(), Macvlan.Mode.PASSTHRU);
    assertThat(kernel.netlink().linkAdd(LinkSpec.of("mv", passthru)).kind()).isEqualTo(passthru);
  }

  @Test
  void macvlanIsMadeInAnotherNamespace() {
    NetworkNamespace other = kernel.another();
    Link parent = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("v1")));
    kernel
        .netlink()
        .execute(
            new Request.LinkAdd(
                new LinkSpec(
                    "eth0",
                    new Macvlan(parent.index(), Macvlan.Mode.BRIDGE),
                    LinkSettings.builder().namespace(other).up(true).build())));
    try (Netlink there = Netlink.open(other)) {
      Link child = there.link("eth0").orElseThrow();
      assertThat(child.parent()).isEqualTo(parent.index());
      assertThat(child.parentNamespace()).isNotNegative();
      assertThat(child.isUp()).isTrue();
    }
  }

  @Test
  void vlanIsReadBackAsItWasSet() {
    Link parent = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("v1")));
    Vlan vlan = new Vlan(parent.index(), 50);
    assertThat(kernel.addIfKernelHas(LinkSpec.of("v0.50", vlan)).kind()).isEqualTo(vlan);
  }

  @Test
  void dummyIsReadBackAsItWasSet() {
    assertThat(kernel.addIfKernelHas(LinkSpec.of("d0", new Dummy())).kind()).isEqualTo(new Dummy());
  }
}
