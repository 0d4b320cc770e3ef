package dev.weft.agent.dataplane.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.LinkKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The plan as a function of two states. */
class PlanTest {
  private static final Owner NET = Owner.network("1");

  /** A possible state of a kernel, with few names, so that two states often overlap. */
  private static State state(long seed) {
    Random random = new Random(seed);
    List<Item> items = new ArrayList<>();
    for (String bridge : List.of("wb-1", "wb-2")) {
      if (random.nextBoolean()) {
        items.add(device(bridge, new DeviceKind.Bridge(), Optional.empty(), random));
        if (random.nextBoolean()) {
          items.add(
              new Item.Address(
                  NET,
                  DeviceName.onNode(bridge),
                  IpPrefix.parse("10.0.0.%d/24".formatted(random.nextInt(3)))));
        }
        if (random.nextBoolean()) {
          items.add(
              new Item.Neighbour(
                  NET,
                  bridge,
                  IpPrefix.parseAddress("10.0.0.9"),
                  new MacAddress(random.nextInt(3))));
        }
        items.addAll(portsOf(bridge, random));
      }
    }
    if (random.nextBoolean()) {
      items.add(new Item.Filter("table " + random.nextInt(2)));
    }
    return State.of(items);
  }

  private static List<Item> portsOf(String bridge, Random random) {
    List<Item> items = new ArrayList<>();
    Optional<BridgeMembership> port =
        Optional.of(new BridgeMembership(bridge, random.nextBoolean(), false));
    if (random.nextBoolean()) {
      String tunnel = "wv-" + bridge;
      items.add(
          device(
              tunnel,
              new DeviceKind.Vxlan(random.nextInt(2), 4789, Optional.empty(), random.nextBoolean()),
              port,
              random));
      items.add(
          new Item.Forward(
              NET,
              tunnel,
              new MacAddress(random.nextInt(2)),
              Optional.of(IpPrefix.parseAddress("192.0.2." + random.nextInt(2)))));
    }
    if (random.nextBoolean()) {
      DeviceName inside =
          new DeviceName(new NamespaceRef("/run/netns/" + random.nextInt(2)), "eth0");
      items.add(
          device("we-" + bridge, new DeviceKind.Veth(inside, MacAddress.ZERO, true), port, random));
      items.add(new Item.Address(NET, inside, IpPrefix.parse("10.0.0.2/24")));
      items.add(new Item.Route(NET, inside, IpPrefix.ALL_IPV4, Optional.empty()));
    }
    if (random.nextBoolean()) {
      items.add(
          device(
              "ws-" + bridge,
              new DeviceKind.Macvlan(bridge, LinkKind.Macvlan.Mode.BRIDGE),
              Optional.empty(),
              random));
    }
    return items;
  }

  private static Item.Device device(
      String name, DeviceKind kind, Optional<BridgeMembership> port, Random random) {
    return new Item.Device(
        NET,
        DeviceName.onNode(name),
        kind,
        new MacAddress(random.nextInt(2)),
        1500 - random.nextInt(2),
        random.nextBoolean(),
        port);
  }

  @Property
  void leadsFromTheObservedToTheDesired(@ForAll long was, @ForAll long target) {
    State observed = state(was);
    State desired = state(target);

    assertThat(observed.after(Plan.between(desired, observed)).items()).isEqualTo(desired.items());
  }

  @Property
  void isEmptyWhenAllIsAsDesired(@ForAll long seed) {
    assertThat(Plan.between(state(seed), state(seed))).isEmpty();
  }

  @Property
  void noChangeDependsOnALaterOne(@ForAll long was, @ForAll long target) {
    State now = state(was);
    State desired = state(target);
    for (Change change : Plan.between(desired, now)) {
      if (change instanceof Change.Create(Item item)) {
        State present = now;
        assertThat(item.standsOn().stream())
            .allMatch(device -> holds(present, device), "stands on something that is there");
      }
      now = now.after(List.of(change));
    }
  }

  private static boolean holds(State state, DeviceName name) {
    return state.items().values().stream()
        .anyMatch(item ->
            item instanceof Item.Device device
                && (device.name().equals(name) || device.inner().equals(name)));
  }

  @Test
  void reportsWhyADeviceIsRecreated() {
    State observed = State.of(List.of(tunnel(4096)));
    State desired = State.of(List.of(tunnel(4097)));

    assertThat(Plan.between(desired, observed))
        .extracting(Object::toString)
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("remove wv-1")
                    .contains("it is a vxlan (VNI 4096", "not a vxlan (VNI 4097"),
            line -> assertThat(line).startsWith("create wv-1"));
  }

  @Test
  void removesWhatIsNotDesiredWithoutListingWhatGoesAlong() {
    Item.Device bridge = device("wb-1", new DeviceKind.Bridge(), Optional.empty(), new Random(1));
    Item address = new Item.Address(NET, bridge.name(), IpPrefix.parse("10.0.0.1/24"));

    assertThat(Plan.between(State.EMPTY, State.of(List.of(bridge, address))))
        .containsExactly(new Change.Remove(bridge, "not target"));
  }

  private static Item.Device tunnel(int vni) {
    return new Item.Device(
        NET,
        DeviceName.onNode("wv-1"),
        new DeviceKind.Vxlan(vni, 4789, Optional.empty(), true),
        MacAddress.ZERO,
        1450,
        true,
        Optional.empty());
  }
}
