package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.model.Digest;
import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.GuardSet;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The elements of the source guard that a network needs. Pure. */
public final class GuardEntries {
  private GuardEntries() {}

  /**
   * Returns the addresses that only an endpoint may use. Its MAC address is excluded until it is
   * claimed, because it may turn out to be another's.
   *
   * @param port the node's end of its veth pair
   */
  public static List<Item> endpoint(Owner owner, String port, LocalEndpoint endpoint) {
    String network = number(owner.uid());
    String sandbox = number(owner.uid() + " " + endpoint.sandbox());
    List<Item> items = port(owner, port);
    items.add(new GuardItem.Entry(owner, GuardSet.SANDBOXES, '"' + port + '"', sandbox));
    if (endpoint.isUp()) {
      items.add(mac(owner, GuardSet.MACS, network, endpoint.mac()));
      items.add(mac(owner, GuardSet.OWN_MACS, sandbox, endpoint.mac()));
    }
    for (var prefix : endpoint.addresses()) {
      InetAddress address = prefix.address();
      items.add(address(owner, GuardSet.ofAddress(address, false), network, address));
      items.add(address(owner, GuardSet.ofAddress(address, true), sandbox, address));
    }
    return items;
  }

  /**
   * Returns the elements of a bridge port, which exchanges frames with the network's other ports.
   */
  public static List<Item> port(Owner owner, String port) {
    String network = number(owner.uid());
    String quoted = '"' + port + '"';
    return new ArrayList<>(
        List.of(
            new GuardItem.Entry(owner, GuardSet.NETWORKS, quoted, network),
            new GuardItem.Entry(owner, GuardSet.PORTS, quoted, ""),
            new GuardItem.Entry(owner, GuardSet.MEMBERS, network + " . " + quoted, "")));
  }

  /** Returns the MAC address of a network's bridge, which only Weft's ports can reach. */
  public static List<Item> gateway(Owner owner, MacAddress mac) {
    return List.of(
        elsewhere(owner, mac), new GuardItem.Entry(owner, GuardSet.GATEWAYS, mac.toString(), ""));
  }

  /** Returns a MAC address that no sandbox of this node may use in the network. */
  public static Item elsewhere(Owner owner, MacAddress mac) {
    return mac(owner, GuardSet.MACS, number(owner.uid()), mac);
  }

  /** Returns an IP address that no sandbox of this node may use in the network. */
  public static Item elsewhere(Owner owner, InetAddress address) {
    return address(owner, GuardSet.ofAddress(address, false), number(owner.uid()), address);
  }

  private static Item mac(Owner owner, GuardSet set, String number, MacAddress mac) {
    return new GuardItem.Entry(owner, set, number + " . " + mac, "");
  }

  private static Item address(Owner owner, GuardSet set, String number, InetAddress address) {
    return new GuardItem.Entry(owner, set, number + " . " + GuardSet.address(address), "");
  }

  /** Returns the number of a network by its UID, or of one of its sandboxes. */
  public static String number(String of) {
    return "0x" + Digest.of(of).substring(0, 8);
  }
}
