package dev.weft.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One interface on a network that a pod asks for.
 *
 * @param network name of the ContainerNetwork
 * @param interfaceName name of the interface in the sandbox; null: the first free one
 * @param ips addresses asked for, at most one of each family; empty: any
 * @param mac MAC address asked for, in lower case with colons; null: derived from the address
 * @param defaultRoute whether this network carries the default route; null: not said
 */
public record Attachment(
    String network,
    @Nullable String interfaceName,
    List<IpAddress> ips,
    @Nullable String mac,
    @Nullable Boolean defaultRoute) {
  public Attachment {
    ips = List.copyOf(ips);
  }
}
