package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.netlink.Ipv6Conf;
import dev.weft.netlink.rtnl.Ipv4Conf;
import dev.weft.netlink.rtnl.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finds settings of the node that stop a network and that Weft must not change. These are settings
 * of foreign devices, and settings of all devices that no single device can relax. Pure.
 */
final class Hardening {
  private static final String NOBODY = "8";

  private Hardening() {}

  /**
   * Returns the settings that stop a network.
   *
   * @param items the network's own
   */
  static List<Problem> of(List<Item> items, NodeContext context) {
    List<Problem> problems = new ArrayList<>();
    for (Item item : items) {
      if (item instanceof Item.Address(_, var device, var prefix, _)
          && prefix.address().getAddress().length == 4
          && context.observation().arpIgnore().equals(NOBODY)) {
        problems.add(
            Problem.user(
                "net.ipv4.conf.all.arp_ignore",
                "it is 8 on this node, so nobody learns the MAC address of the gateway %s on %s"
                    .formatted(prefix.address().getHostAddress(), device),
                "set it to 0, 1 or 2"));
      }
      if (item instanceof Item.Setting(String path, _)) {
        forwarding(path, context, problems);
      }
    }
    return problems.stream().distinct().toList();
  }

  /**
   * Checks the uplinks. Enabling forwarding for the node enables it on each device, but another
   * program may disable it again.
   */
  private static void forwarding(String path, NodeContext context, List<Problem> problems) {
    boolean ipv4 = path.equals(Item.Setting.FORWARD_IPV4);
    if (!ipv4 && !path.equals(Item.Setting.FORWARD_IPV6)) {
      return;
    }
    boolean isOn = "1".equals(context.observation().forwarding().get(path));
    for (Link link : context.ways().uplinks()) {
      Map<?, Integer> conf = ipv4 ? link.ipv4() : link.ipv6();
      Integer value = conf.get(ipv4 ? Ipv4Conf.FORWARDING : Ipv6Conf.FORWARDING);
      if (isOn && Integer.valueOf(0).equals(value)) {
        String name = "net.%s.conf.%s.forwarding".formatted(ipv4 ? "ipv4" : "ipv6", link.name());
        problems.add(
            Problem.user(
                name,
                "it is 0 on this node, so no answer gets from %s to the network's endpoints"
                    .formatted(link.name()),
                "set it to 1"));
      }
    }
  }
}
