package dev.weft.agent.dataplane.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.GuardSet;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.netlink.MacAddress;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InterlockTest {
  private static final int PORT = 4790;
  private static final Owner NETWORK = Owner.network("blue");
  private static final Item.Filter RULES = new Item.Filter("rules");
  private static final Item.Device TUNNEL =
      device(NETWORK, "wv-1", new DeviceKind.Vxlan(5000, PORT, Optional.empty(), true));
  private static final Item.Device BRIDGE = device(NETWORK, "wb-1", new DeviceKind.Bridge());

  private final Interlock interlock = new Interlock(Set.of(PORT), Set.of());

  private static Item.Device device(Owner owner, String name, DeviceKind kind) {
    return new Item.Device(
        owner, DeviceName.onNode(name), kind, MacAddress.ZERO, 1500, true, Optional.empty());
  }

  private Optional<String> refusal(Change change, Change... failed) {
    return interlock.refusal(change, Set.of(failed)).map(Throwable::getMessage);
  }

  @Test
  void anEncryptedTunnelIsNotMadeWithoutTheFilter() {
    Change tunnel = new Change.Create(TUNNEL);
    assertThat(refusal(tunnel)).isEmpty();
    assertThat(refusal(tunnel, new Change.Create(RULES)))
        .contains("UDP port 4790 is not shut to clear text");
  }

  @Test
  void aTunnelInClearDoesNotWaitForTheFilter() {
    Item.Device clear =
        device(NETWORK, "wv-2", new DeviceKind.Vxlan(5001, 4789, Optional.empty(), true));
    assertThat(refusal(new Change.Create(clear), new Change.Create(RULES))).isEmpty();
  }

  @Test
  void aBridgeIsNotMadeWithoutItsRules() {
    Change bridge = new Change.Create(BRIDGE);
    assertThat(refusal(bridge)).isEmpty();
    assertThat(refusal(bridge, new Change.Alter(new Item.Filter("old"), RULES, "")))
        .contains("the packet filter that isolates it could not be installed");
    assertThat(refusal(bridge, new Change.Create(new GuardItem.Table(true)))).isPresent();
  }

  @Test
  void aVethPairIsNotMadeWithoutItsOwnSourceGuard() {
    Owner one = Owner.endpoint("blue", "one");
    Owner other = Owner.endpoint("blue", "other");
    Change pair =
        new Change.Create(
            device(
                one,
                "we-1",
                new DeviceKind.Veth(
                    new DeviceName(new NamespaceRef("/run/netns/one"), "eth1"),
                    MacAddress.ZERO,
                    true)));
    assertThat(refusal(pair, entry(other))).isEmpty();
    assertThat(refusal(pair, entry(one))).isPresent();
  }

  private static Change entry(Owner owner) {
    return new Change.Create(
        new GuardItem.Entry(owner, GuardSet.NETWORKS, "\"we-1\"", "0x00000001"));
  }

  @Test
  void noRuleIsLiftedWhileADeviceUnexpectedlyStays() {
    Change lifted = new Change.Remove(RULES, "not desired");
    Change stays = new Change.Remove(BRIDGE, "not desired");
    assertThat(refusal(lifted)).isEmpty();
    assertThat(refusal(lifted, stays)).contains("a tunnel or bridge could not be removed before");
    assertThat(new Interlock(Set.of(PORT), Set.of("wb-1")).refusal(lifted, Set.of(stays)))
        .isEmpty();
  }

  @Test
  void aNodeDoesNotForwardIpv6WhenAnInterfaceWouldLoseItsAdvertisedRoutes() {
    Change forward =
        new Change.Alter(
            new Item.Setting(Item.Setting.FORWARD_IPV6, "0"),
            new Item.Setting(Item.Setting.FORWARD_IPV6, "1"),
            "");
    Item.Setting keep = new Item.Setting("net/ipv6/conf/eth0/accept_ra", "2");
    assertThat(keep.isOfDevice()).isTrue();
    assertThat(refusal(forward)).isEmpty();
    assertThat(
            refusal(
                forward,
                new Change.Alter(new Item.Setting("net/ipv6/conf/eth0/accept_ra", "1"), keep, "")))
        .isPresent();
  }
}
