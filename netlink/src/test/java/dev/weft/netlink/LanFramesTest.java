package dev.weft.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Neighbour;
import dev.weft.netlink.rtnl.Netlink;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes and announcements, as the kernel's stack handles them. */
class LanFramesTest {
  private static final MacAddress ASKER = MacAddress.parse("02:00:00:00:00:01");

  @RegisterExtension private final FreshNamespace fresh = new FreshNamespace();
  private NetworkNamespace far;
  private Netlink there;
  private Link near;

  @BeforeEach
  void cable() {
    far = fresh.another();
    there = fresh.closeLater(Netlink.open(far));
    fresh
        .netlink()
        .linkAdd(
            LinkSpec.of(
                "near", new LinkKind.Veth("far", LinkSettings.builder().namespace(far).build())));
    near = fresh.netlink().link("near").orElseThrow();
    int index = there.link("far").orElseThrow().index();
    fresh.netlink().linkSet(near.index(), LinkSettings.builder().up(true).build());
    there.linkSet(index, LinkSettings.builder().up(true).build());
    there.addressAdd(Address.of(index, IpPrefix.parse("192.0.2.7/24")));
    there.addressAdd(Address.of(index, IpPrefix.parse("2001:db8::7/64"), Address.Flag.NODAD));
    await().until(() -> fresh.netlink().link("near").orElseThrow().isLowerUp());
  }

  private Optional<MacAddress> ask(String text) throws InterruptedException {
    InetAddress address = IpPrefix.parseAddress(text);
    try (PacketSocket socket =
        PacketSocket.open(fresh.namespace(), near.index(), LanFrames.protocol(address))) {
      socket.send(LanFrames.question(ASKER, address));
      for (int i = 0; i < 200; i++) {
        Optional<MacAddress> holder =
            socket
                .receive(Duration.ofMillis(10))
                .flatMap(frame -> LanFrames.holder(frame, address));
        if (holder.isPresent()) {
          return holder;
        }
      }
      return Optional.empty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.7", "2001:db8::7"})
  void aStationAnswersForItsAddress(String address) throws InterruptedException {
    assertThat(ask(address)).contains(there.link("far").orElseThrow().address());
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.8", "2001:db8::8"})
  void noHostAnswersForAFreeAddress(String address) throws InterruptedException {
    assertThat(ask(address)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.9", "2001:db8::9"})
  void anAnnouncementReplacesWhatAStationKnew(String text) {
    InetAddress address = IpPrefix.parseAddress(text);
    int index = there.link("far").orElseThrow().index();
    there.neighbourSet(
        new Neighbour(
            index, address, MacAddress.parse("02:00:00:00:00:99"), Neighbour.State.STALE));

    try (PacketSocket socket =
        PacketSocket.open(fresh.namespace(), near.index(), LanFrames.protocol(address))) {
      socket.send(LanFrames.announcement(ASKER, address));
    }

    await()
        .until(() ->
            there.neighbours().stream()
                .anyMatch(each -> each.address().equals(address) && ASKER.equals(each.mac())));
  }

  @Test
  void aTooShortFrameReportsNothing() {
    for (int length = 0; length < 86; length++) {
      assertThat(LanFrames.holder(new byte[length], IpPrefix.parseAddress("192.0.2.7"))).isEmpty();
      assertThat(LanFrames.holder(new byte[length], IpPrefix.parseAddress("2001:db8::7")))
          .isEmpty();
    }
  }
}
