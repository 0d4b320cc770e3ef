package dev.weft.netlink.rtnl;

import static dev.weft.netlink.IpPrefix.parseAddress;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.LinkKind.Bridge;
import dev.weft.netlink.rtnl.LinkKind.Veth;
import dev.weft.netlink.rtnl.LinkKind.Vxlan;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NeighbourAndFdbTest {
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  private static final MacAddress MAC = MacAddress.parse("02:42:0a:00:00:02");
  private static final LinkSettings UP = LinkSettings.builder().up(true).build();

  @Test
  void neighboursOfBothFamiliesAreSetAndRemoved() {
    int link = kernel.netlink().linkAdd(new LinkSpec("br", new Bridge(), UP)).index();
    Neighbour four = Neighbour.permanent(link, parseAddress("10.0.0.2"), MAC);
    Neighbour six = Neighbour.permanent(link, parseAddress("fd00::2"), MAC);
    kernel.netlink().neighbourSet(four);
    kernel.netlink().neighbourSet(six);
    assertThat(kernel.netlink().neighbours()).contains(four, six);
    Neighbour moved =
        Neighbour.permanent(link, parseAddress("10.0.0.2"), MacAddress.parse("02:42:0a:00:00:03"));
    kernel.netlink().neighbourSet(moved);
    assertThat(kernel.netlink().neighbours()).contains(moved).doesNotContain(four);
    kernel.netlink().neighbourDelete(link, four.address());
    kernel.netlink().neighbourDelete(link, six.address());
    assertThat(kernel.netlink().neighbours()).doesNotContain(moved, six);
  }

  @Test
  void aTunnelEntryIsReplacedAndRemoved() {
    int vxlan = vxlan();
    FdbEntry entry = FdbEntry.tunnel(vxlan, MAC, parseAddress("192.0.2.2"));
    kernel.netlink().fdbSet(entry);
    assertThat(kernel.netlink().fdb(vxlan)).contains(entry);
    FdbEntry moved = FdbEntry.tunnel(vxlan, MAC, parseAddress("192.0.2.3"));
    kernel.netlink().fdbSet(moved);
    assertThat(kernel.netlink().fdb(vxlan)).contains(moved).doesNotContain(entry);
    kernel.netlink().fdbDelete(moved);
    assertThat(kernel.netlink().fdb(vxlan)).doesNotContain(moved);
    assertThatThrownBy(() -> kernel.netlink().fdbDelete(moved)).hasMessageContaining("ENOENT");
  }

  @Test
  void theFloodListGrowsByAppending() {
    int vxlan = vxlan();
    FdbEntry one = FdbEntry.tunnel(vxlan, MacAddress.ZERO, parseAddress("192.0.2.2"));
    FdbEntry two = FdbEntry.tunnel(vxlan, MacAddress.ZERO, parseAddress("192.0.2.3"));
    kernel.netlink().fdbAppend(one);
    kernel.netlink().fdbAppend(two);
    assertThat(kernel.netlink().fdb(vxlan)).contains(one, two);
    kernel.netlink().fdbDelete(one);
    assertThat(kernel.netlink().fdb(vxlan)).contains(two).doesNotContain(one);
  }

  @Test
  void aDestinationThatIsOnTheListAlreadyIsNotAddedTwice() {
    int vxlan = vxlan();
    FdbEntry one = FdbEntry.tunnel(vxlan, MacAddress.ZERO, parseAddress("192.0.2.2"));
    kernel.netlink().fdbAppend(one);
    kernel.netlink().fdbAppend(one);
    assertThat(kernel.netlink().fdb(vxlan)).containsOnlyOnce(one);
  }

  @Test
  void anEntryMayHaveItsOwnVniAndPort() {
    int vxlan = vxlan();
    FdbEntry entry =
        new FdbEntry(
            vxlan,
            MAC,
            parseAddress("192.0.2.2"),
            FdbEntry.State.PERMANENT,
            Set.of(FdbEntry.Flag.SELF),
            77,
            4999,
            null,
            0);
    kernel.netlink().fdbSet(entry);
    assertThat(kernel.netlink().fdb(vxlan)).contains(entry);
  }

  @Test
  void theEntriesOfADeviceAndOfItsBridgeAreKeptApart() {
    int bridge = kernel.netlink().linkAdd(new LinkSpec("br", new Bridge(), UP)).index();
    int vxlan = vxlan();
    kernel.netlink().linkSet(vxlan, LinkSettings.builder().master(bridge).build());
    int other = kernel.netlink().linkAdd(LinkSpec.of("v0", new Veth("v1"))).index();
    kernel.netlink().linkSet(other, LinkSettings.builder().master(bridge).build());
    FdbEntry self = FdbEntry.tunnel(vxlan, MAC, parseAddress("192.0.2.2"));
    kernel.netlink().fdbSet(self);
    kernel.netlink().fdbSet(FdbEntry.behindPort(vxlan, MAC));
    FdbEntry read =
        new FdbEntry(vxlan, MAC, null, FdbEntry.State.STATIC, Set.of(), null, null, null, bridge);
    assertThat(kernel.netlink().fdb()).contains(self, read);
    assertThat(kernel.netlink().fdb(vxlan))
        .contains(self, read)
        .allMatch(entry -> entry.link() == vxlan);
    assertThat(kernel.netlink().fdbOfBridge(bridge)).contains(self, read);
    assertThat(kernel.netlink().fdb(other)).allMatch(entry -> entry.link() == other);
    kernel.netlink().fdbDelete(FdbEntry.behindPort(vxlan, MAC));
    assertThat(kernel.netlink().fdb(vxlan)).contains(self).doesNotContain(read);
  }

  private int vxlan() {
    return kernel
        .netlink()
        .linkAdd(
            new LinkSpec(
                "vx",
                Vxlan.vni(4096).local(parseAddress("192.0.2.1")).port(4789).learning(false).build(),
                UP))
        .index();
  }
}
