package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.State;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.rtnl.BridgePort;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A foreign port of one of Weft's bridges. The device stays unchanged. Weft's bridge is set to
 * accept nothing from it and to flood nothing to it. The source guard already isolates it from
 * other ports.
 *
 * @param bridge the port's bridge
 */
public record ForeignPort(Link link, Item.Device bridge) {
  private static final BridgePort SHUT =
      BridgePort.builder()
          .learning(false)
          .locked(true)
          .unicastFlood(false)
          .multicastFlood(false)
          .broadcastFlood(false)
          .flush()
          .build();

  /**
   * Returns the foreign ports that are not shut.
   *
   * @param foreign names of the devices that are not Weft's
   * @param observed Weft's items
   */
  public static List<ForeignPort> open(Observation.View node, Set<String> foreign, State observed) {
    Map<Integer, Item.Device> bridges = new HashMap<>();
    for (Item item : observed.items().values()) {
      if (item instanceof Item.Device device && device.kind() instanceof DeviceKind.Bridge) {
        node.link(device.name().name()).ifPresent(link -> bridges.put(link.index(), device));
      }
    }
    return node.links().stream()
        .filter(link -> foreign.contains(link.name()) && !isShut(link))
        .flatMap(link ->
            Optional.ofNullable(bridges.get(link.master())).stream()
                .map(bridge -> new ForeignPort(link, bridge)))
        .toList();
  }

  /** Whether a port is shut as far as this kernel supports. */
  public static boolean isShut(Link link) {
    BridgePort port = link.port();
    return port != null
        && Boolean.FALSE.equals(port.learning())
        && !Boolean.FALSE.equals(port.locked());
  }

  /** Shuts the port; empty if it is gone by now. */
  public Optional<String> shut(HostKernel kernel) {
    try {
      kernel.netlink().linkSet(link.index(), LinkSettings.builder().port(SHUT).build());
    } catch (NetlinkException gone) {
      return Optional.empty();
    }
    return Optional.of(
        "shut %s, which is not Weft's and was put into %s"
            .formatted(printable(link.name()), bridge));
  }

  /** Returns a foreign name without control characters for the terminal. */
  public static String printable(String name) {
    return "'" + name.replaceAll("[^\\x21-\\x7e]", "?") + "'";
  }
}
