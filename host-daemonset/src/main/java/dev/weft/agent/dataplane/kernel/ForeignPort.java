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
 * A port that others put into a bridge of ours. The device is theirs and stays as it is; our bridge
 * takes nothing from it, and sends nothing there of its own accord. The source guard keeps other
 * ports from it by then.
 *
 * @param bridge of which it is a port
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
   * Those that are not shut.
   *
   * @param foreign names of the devices that are not ours
   * @param observed what is ours
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

  /** Whether a port is shut, as far as this kernel can. */
  public static boolean isShut(Link link) {
    BridgePort port = link.port();
    return port != null
        && Boolean.FALSE.equals(port.learning())
        && !Boolean.FALSE.equals(port.locked());
  }

  /** Shuts it; empty if it is gone by now. */
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

  /** A name as others chose it, with nothing in it that a terminal obeys. */
  public static String printable(String name) {
    return "'" + name.replaceAll("[^\\x21-\\x7e]", "?") + "'";
  }
}
