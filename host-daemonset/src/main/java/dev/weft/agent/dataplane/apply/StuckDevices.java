package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.Item;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Bridges and tunnels that the kernel did not remove. */
public final class StuckDevices {
  private StuckDevices() {}

  /**
   * Returns their names. They keep their rules and block no other network: the next plan includes
   * them.
   *
   * @param failed changes that failed
   */
  public static Set<String> of(Set<Change> failed) {
    return failed.stream()
        .flatMap(change ->
            change instanceof Change.Remove(Item.Device device, _) && isRestricted(device)
                ? Stream.of(device.name().name())
                : Stream.empty())
        .collect(Collectors.toSet());
  }

  private static boolean isRestricted(Item.Device device) {
    return device.name().place().isNode()
        && (device.kind() instanceof DeviceKind.Vxlan
            || device.kind() instanceof DeviceKind.Bridge);
  }
}
