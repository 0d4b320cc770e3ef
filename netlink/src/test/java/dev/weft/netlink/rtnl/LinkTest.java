package dev.weft.netlink.rtnl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.Outcome;
import dev.weft.netlink.rtnl.LinkKind.Bridge;
import dev.weft.netlink.rtnl.LinkKind.Veth;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LinkTest {
  private static final MacAddress MAC = MacAddress.parse("02:42:0a:00:00:02");
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  @Test
  void aNewNamespaceHasALoopbackOnly() {
    assertThat(kernel.netlink().links())
        .singleElement()
        .satisfies(link -> {
          assertThat(link.name()).isEqualTo("lo");
          assertThat(link.isLoopback()).isTrue();
          assertThat(link.isUp()).isFalse();
          assertThat(link.kind()).isEqualTo(new LinkKind.Other(""));
        });
  }

  @Test
  void vethPeersPointAtEachOther() {
    Link one = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("v1")));
    Link two = kernel.netlink().link("v1").orElseThrow();
    assertThat(one.kind()).isInstanceOf(Veth.class);
    assertThat(one.parent()).isEqualTo(two.index());
    assertThat(two.parent()).isEqualTo(one.index());
    assertThat(one.parentNamespace()).isEqualTo(-1);
  }

  @Test
  void vethPeerIsMadeInAnotherNamespaceWithItsSettings() {
    NetworkNamespace other = kernel.another();
    LinkSettings settings = LinkSettings.builder().namespace(other).mtu(1400).address(MAC).build();
    Link here = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("eth0", settings)));
    assertThat(here.parentNamespace()).isNotNegative();
    try (Netlink there = Netlink.open(other)) {
      Link peer = there.link("eth0").orElseThrow();
      assertThat(peer.index()).isEqualTo(here.parent());
      assertThat(peer.mtu()).isEqualTo(1400);
      assertThat(peer.address()).isEqualTo(MAC);
    }
  }

  @Test
  void aLinkMovesToAnotherNamespaceAndIsRenamedInOneMessage() {
    NetworkNamespace other = kernel.another();
    Link link = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("v1")));
    long before = Netlink.messagesSent();
    kernel
        .netlink()
        .execute(
            new Request.LinkChange(
                link.index(),
                "eth0",
                null,
                LinkSettings.builder().namespace(other).alias("moved").up(true).build()));
    assertThat(Netlink.messagesSent() - before).isEqualTo(1);
    assertThat(kernel.netlink().link("v0")).isEmpty();
    try (Netlink there = Netlink.open(other)) {
      assertThat(there.link("eth0"))
          .hasValueSatisfying(moved -> {
            assertThat(moved.alias()).isEqualTo("moved");
            assertThat(moved.isUp()).isTrue();
          });
    }
  }

  @Test
  void aLinkIsMadeWithAllItsSettings() {
    int bridge = kernel.netlink().linkAdd(LinkSpec.of("br", new Bridge())).index();
    BridgePort port =
        BridgePort.builder()
            .learning(false)
            .unicastFlood(false)
            .multicastFlood(false)
            .broadcastFlood(false)
            .isolated(true)
            .neighSuppress(true)
            .hairpin(true)
            .locked(true)
            .build();
    LinkSettings settings =
        LinkSettings.builder()
            .up(true)
            .mtu(1400)
            .alias("weft:1234 ü")
            .address(MAC)
            .master(bridge)
            .txQueueLength(123)
            .group(77)
            .port(port)
            .ipv4(Ipv4Conf.FORWARDING, 1)
            .ipv4(Ipv4Conf.RP_FILTER, 2)
            .ipv4(Ipv4Conf.ARP_IGNORE, 1)
            .addressGeneration(LinkSettings.AddressGeneration.NONE)
            .build();
    Link link = kernel.netlink().linkAdd(new LinkSpec("v0", new Veth("v1"), settings));
    assertThat(link.isUp()).isTrue();
    assertThat(link.mtu()).isEqualTo(1400);
    assertThat(link.alias()).isEqualTo("weft:1234 ü");
    assertThat(link.address()).isEqualTo(MAC);
    assertThat(link.master()).isEqualTo(bridge);
    assertThat(link.txQueueLength()).isEqualTo(123);
    assertThat(link.group()).isEqualTo(77);
    assertThat(link.port()).isEqualTo(port);
    assertThat(link.ipv4())
        .containsEntry(Ipv4Conf.FORWARDING, 1)
        .containsEntry(Ipv4Conf.RP_FILTER, 2)
        .containsEntry(Ipv4Conf.ARP_IGNORE, 1);
    assertThat(link.addressGeneration()).isEqualTo(LinkSettings.AddressGeneration.NONE);
  }

  @Test
  void aLinkWithoutAddressGenerationComesUpWithoutALinkLocalAddress() {
    LinkSettings settings =
        LinkSettings.builder()
            .up(true)
            .addressGeneration(LinkSettings.AddressGeneration.NONE)
            .build();
    int index = kernel.netlink().linkAdd(new LinkSpec("v0", new Veth("v1"), settings)).index();
    int peer = kernel.netlink().link("v1").orElseThrow().index();
    kernel.netlink().linkSet(peer, LinkSettings.builder().up(true).build());
    assertThat(kernel.netlink().addresses()).noneMatch(address -> address.link() == index);
  }

  @Test
  void aLinkWhoseSettingsFailIsNotLeftBehind() {
    LinkSettings settings =
        LinkSettings.builder()
            .alias("x")
            .port(BridgePort.builder().learning(false).build())
            .build();
    assertThatThrownBy(() -> kernel.netlink().linkAdd(new LinkSpec("v0", new Veth("v1"), settings)))
        .isInstanceOf(NetlinkException.class)
        .hasMessageStartingWith("cannot add link v0 (veth to v1): EOPNOTSUPP");
    assertThat(kernel.netlink().links()).extracting(Link::name).containsExactly("lo");
  }

  @Test
  void aLinkThatIsThereIsNotTouchedByAnAddOfTheSameName() {
    Link mine = kernel.netlink().linkAdd(LinkSpec.of("br", new Bridge()));
    LinkSettings settings = LinkSettings.builder().alias("somebody else's").up(true).build();
    assertThatThrownBy(() -> kernel.netlink().linkAdd(new LinkSpec("br", new Bridge(), settings)))
        .hasMessageContaining("EEXIST");
    assertThat(kernel.netlink().link("br")).contains(mine);
  }

  @Test
  void bridgePortOptionsChangeOneByOne() {
    Netlink netlink = kernel.netlink();
    int bridge = netlink.linkAdd(LinkSpec.of("br", new Bridge())).index();
    int port = netlink.linkAdd(LinkSpec.of("v0", new Veth("v1"))).index();
    netlink.linkSet(port, LinkSettings.builder().master(bridge).build());
    BridgePort defaults = netlink.link(port).orElseThrow().port();
    assertThat(defaults)
        .isEqualTo(new BridgePort(true, true, true, true, false, false, false, false, null));
    netlink.linkSet(
        port,
        LinkSettings.builder().port(BridgePort.builder().unicastFlood(false).build()).build());
    assertThat(netlink.link(port).orElseThrow().port())
        .isEqualTo(new BridgePort(true, false, true, true, false, false, false, false, null));
    netlink.linkSet(port, LinkSettings.builder().noMaster().build());
    assertThat(netlink.link(port).orElseThrow())
        .satisfies(link -> {
          assertThat(link.master()).isZero();
          assertThat(link.port()).isNull();
        });
  }

  @Test
  void masterAndPortOptionsAreSetByOneRequest() {
    Netlink netlink = kernel.netlink();
    int bridge = netlink.linkAdd(LinkSpec.of("br", new Bridge())).index();
    int port = netlink.linkAdd(LinkSpec.of("v0", new Veth("v1"))).index();
    netlink.linkSet(
        port,
        LinkSettings.builder()
            .master(bridge)
            .port(BridgePort.builder().learning(false).build())
            .up(true)
            .build());
    assertThat(netlink.link(port).orElseThrow().port())
        .isEqualTo(new BridgePort(false, true, true, true, false, false, false, false, null));
  }

  @Test
  void portOptionsOfALinkThatIsNoPortAreRefused() {
    int link = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("v1"))).index();
    LinkSettings settings =
        LinkSettings.builder().port(BridgePort.builder().learning(false).build()).build();
    assertThatThrownBy(() -> kernel.netlink().linkSet(link, settings))
        .isInstanceOf(NetlinkException.class);
  }

  @Test
  void aLinkIsRenamed() {
    int index = kernel.netlink().linkAdd(LinkSpec.of("br", new Bridge())).index();
    kernel.netlink().execute(new Request.LinkChange(index, "br2", null, LinkSettings.NONE));
    assertThat(kernel.netlink().link(index)).map(Link::name).contains("br2");
  }

  @Test
  void anAliasIsCleared() {
    LinkSettings settings = LinkSettings.builder().alias("x").build();
    int index = kernel.netlink().linkAdd(new LinkSpec("br", new Bridge(), settings)).index();
    kernel.netlink().linkSet(index, LinkSettings.builder().alias("").build());
    assertThat(kernel.netlink().link(index).orElseThrow().alias()).isEmpty();
  }

  @Test
  void missingLinksAreEmptyAndNoError() {
    assertThat(kernel.netlink().link("nobody")).isEmpty();
    assertThat(kernel.netlink().link(4711)).isEmpty();
    assertThat(kernel.netlink().link(0)).isEmpty();
    assertThat(kernel.netlink().link("a-name-that-is-too-long")).isEmpty();
    assertThat(kernel.netlink().link("")).isEmpty();
  }

  @Test
  void aDumpOfAThousandLinksIsCompleteWhileLinksComeAndGo() throws InterruptedException {
    List<Request> thousand =
        IntStream.range(0, 1000)
            .<Request>mapToObj(i -> new Request.LinkAdd(LinkSpec.of("br" + i, new Bridge())))
            .toList();
    assertThat(kernel.netlink().execute(thousand)).allMatch(o -> o instanceof Outcome.Done);
    try (Netlink busy = Netlink.open(kernel.namespace())) {
      Thread churn =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 20 && !Thread.currentThread().isInterrupted(); i++) {
                  busy.linkDelete(busy.linkAdd(LinkSpec.of("passing", new Bridge())).index());
                }
              });
      for (int i = 0; i < 5; i++) {
        assertThat(kernel.netlink().links())
            .extracting(Link::name)
            .doesNotHaveDuplicates()
            .contains("lo")
            .filteredOn(name -> name.startsWith("br"))
            .hasSize(1000);
      }
      churn.interrupt();
      churn.join();
    }
  }

  @Test
  void badNamesAreRefusedBeforeTheKernelSeesThem() {
    for (String name : List.of("", "sixteen-bytes-xx", "a b", "a/b", "..", "a:b")) {
      assertThatThrownBy(() -> LinkSpec.of(name, new Bridge()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + name + "'");
    }
  }

  @Test
  void aliasesTheKernelHasNoRoomForAreRefused() {
    assertThatThrownBy(() -> LinkSettings.builder().alias("x".repeat(256)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("255 bytes");
  }
}
