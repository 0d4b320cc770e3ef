package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.netlink.Ipv6Conf;
import dev.weft.netlink.rtnl.Link;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Derives node settings from those that networks need. Pure. */
final class NodeWide {
  private NodeWide() {}

  /**
   * Returns additional settings.
   *
   * @param held owners whose items stay; a held network keeps all changed settings
   */
  static List<Item.Setting> settings(
      Collection<Item> desired, Set<Owner> held, Observation node, Predicate<Link> ours) {
    List<Item.Setting> more = new ArrayList<>();
    if (held.stream().anyMatch(owner -> owner.endpoint().isEmpty())) {
      node.settings().forEach((path, kept) -> more.add(new Item.Setting(path, kept.after())));
    }
    boolean forwards =
        desired.stream()
            .anyMatch(item ->
                item instanceof Item.Setting setting
                    && setting.path().equals(Item.Setting.FORWARD_IPV6));
    if (forwards) {
      for (Link link : node.node().links()) {
        Item.Setting setting = Item.Setting.advertisements(link.name());
        boolean takes =
            Integer.valueOf(1).equals(link.ipv6().get(Ipv6Conf.ACCEPT_RA))
                && Integer.valueOf(0).equals(link.ipv6().get(Ipv6Conf.FORWARDING));
        boolean kept = node.settings().containsKey(setting.path());
        if (!link.isLoopback() && !ours.test(link) && isText(link.name()) && (takes || kept)) {
          more.add(setting);
        }
      }
    }
    return more;
  }

  /**
   * Whether a path can contain a device's name under any encoding: the kernel accepts all bytes.
   */
  private static boolean isText(String device) {
    return device.chars().allMatch(each -> each > ' ' && each < 0x7f);
  }
}
