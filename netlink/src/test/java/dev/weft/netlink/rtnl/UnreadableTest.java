package dev.weft.netlink.rtnl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.Outcome;
import dev.weft.netlink.wire.Dump;
import dev.weft.netlink.wire.RtnetlinkH;
import dev.weft.netlink.xfrm.XfrmQuery;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An unreadable entry in a namespace does not hide the others. */
class UnreadableTest {
  private static final int ENTRIES = 5_000;
  private static final int SEQUENCE = 1;

  @RegisterExtension final FreshNamespace fresh = new FreshNamespace();

  private static final IpPrefix MAPPED = new IpPrefix(mapped(0, 0), 96);

  private static InetAddress mapped(int third, int last) {
    byte[] bytes = new byte[16];
    bytes[10] = (byte) 0xff;
    bytes[11] = (byte) 0xff;
    bytes[14] = (byte) third;
    bytes[15] = (byte) last;
    try {
      return Inet6Address.getByAddress(null, bytes, -1);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void ipv4MappedAddressesAreOfIpv6WhereverTheyAre() {
    Netlink netlink = fresh.netlink();
    try (Monitor monitor = Monitor.open(fresh.namespace())) {
      int link = netlink.linkAdd(LinkSpec.of("d0", new LinkKind.Bridge())).index();
      netlink.linkSet(link, LinkSettings.builder().up(true).build());
      int vxlan =
          netlink
              .linkAdd(
                  LinkSpec.of("v0", LinkKind.Vxlan.vni(7).local(mapped(0, 7)).port(4789).build()))
              .index();
      netlink.addressAdd(Address.of(link, new IpPrefix(mapped(0, 1), 120), Address.Flag.NODAD));
      netlink.routeAdd(Route.to(MAPPED).link(link).build());
      netlink.neighbourSet(
          Neighbour.permanent(link, mapped(0, 9), MacAddress.parse("02:00:00:00:00:01")));
      netlink.fdbSet(FdbEntry.tunnel(vxlan, MacAddress.parse("02:00:00:00:00:02"), mapped(1, 1)));

      assertThat(netlink.routes()).extracting(Route::destination).contains(MAPPED);
      assertThat(netlink.mainRoutes(100)).extracting(Route::destination).contains(MAPPED);
      assertThat(netlink.addresses())
          .extracting(Address::prefix)
          .contains(new IpPrefix(mapped(0, 1), 120));
      assertThat(netlink.addresses(link, 100))
          .extracting(Address::prefix)
          .contains(new IpPrefix(mapped(0, 1), 120));
      assertThat(netlink.neighbours()).extracting(Neighbour::address).contains(mapped(0, 9));
      assertThat(netlink.fdb()).extracting(FdbEntry::destination).contains(mapped(1, 1));
      assertThat(netlink.link("v0").orElseThrow().kind())
          .isInstanceOfSatisfying(
              LinkKind.Vxlan.class, kind -> assertThat(kind.local()).isEqualTo(mapped(0, 7)));
      assertThat(monitor.more(Integer.MAX_VALUE))
          .anyMatch(each ->
              each instanceof Notification.RouteChanged(Route route)
                  && route.destination().equals(MAPPED));
      netlink.routeDelete(Route.to(MAPPED).link(link).build());
      assertThat(netlink.routes()).extracting(Route::destination).doesNotContain(MAPPED);
    }
  }

  @Test
  void aListBeyondItsBoundIsNotReadToItsEnd() {
    Netlink netlink = fresh.netlink();
    int link = netlink.linkAdd(LinkSpec.of("d0", new LinkKind.Bridge())).index();
    netlink.linkSet(link, LinkSettings.builder().up(true).build());
    List<Request> routes = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      routes.add(
          new Request.RouteAdd(
              Route.to(IpPrefix.parse("10.%d.%d.0/24".formatted(i / 250, i % 250)))
                  .link(link)
                  .build()));
    }
    assertThat(netlink.execute(routes)).allMatch(each -> each instanceof Outcome.Done);
    assertThat(netlink.mainRoutes(400)).hasSizeGreaterThanOrEqualTo(300);
    assertThatThrownBy(() -> netlink.mainRoutes(100))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("there are more than 100");
  }

  @Test
  void entriesOfRandomBytesAreSkippedAndCountedByEveryDump() {
    Random random = new Random(7);
    List<Dump<?>> dumps =
        List.of(
            Dumps.LINKS,
            Dumps.ADDRESSES,
            Dumps.ROUTES,
            Dumps.NEIGHBOURS,
            XfrmQuery.STATES,
            XfrmQuery.POLICIES,
            Dumps.fdb(0, 0),
            Dumps.addresses(RtnetlinkH.AF_INET6, 1),
            Dumps.mainRoutes(RtnetlinkH.AF_INET6));
    long before = Netlink.unreadable();
    for (Dump<?> dump : dumps) {
      for (int i = 0; i < ENTRIES; i++) {
        take(dump, hostile(random));
      }
    }
    assertThat(Netlink.unreadable()).isGreaterThan(before + ENTRIES);
    assertThat(Netlink.unreadableReasons()).containsKeys("list links", "list routes");
  }

  private static <T> void take(Dump<T> dump, byte[] entry) {
    byte[] datagram =
        ByteBuffer.allocate(entry.length + 20)
            .order(ByteOrder.nativeOrder())
            .putInt(entry.length + 16)
            .putShort((short) 16)
            .putShort((short) 2)
            .putInt(SEQUENCE)
            .putInt(0)
            .put(entry)
            .array();
    int size = entry.length + 16;
    new Dump.Answer<>(dump, SEQUENCE, new ArrayList<T>())
        .take(MemorySegment.ofArray(datagram), size);
  }

  /** A header of one of the families, and attributes with any length, type and value. */
  private static byte[] hostile(Random random) {
    byte[] bytes = new byte[random.nextInt(400)];
    random.nextBytes(bytes);
    if (bytes.length > 2 && random.nextInt(8) > 0) {
      int[] families = {0, RtnetlinkH.AF_INET, RtnetlinkH.AF_INET6, RtnetlinkH.AF_BRIDGE};
      bytes[0] = (byte) families[random.nextInt(families.length)];
      bytes[1] = (byte) random.nextInt(130);
    }
    for (int at = 8 + 4 * random.nextInt(3);
        at + 8 < bytes.length;
        at += 8 + 4 * random.nextInt(5)) {
      bytes[at] = (byte) (4 + random.nextInt(20));
      bytes[at + 1] = 0;
      bytes[at + 2] = (byte) random.nextInt(70);
      bytes[at + 3] = 0;
    }
    return bytes;
  }
}
