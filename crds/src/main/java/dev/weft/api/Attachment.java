package dev.weft.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An interface on a network that a pod requests.
 *
 * @param network name of the ContainerNetwork
 * @param interfaceName name of the interface in the sandbox; null: the first free one
 * @param ips requested addresses, at most one per family; empty: any
 * @param mac requested MAC address, in lower case with colons; null: derived from the address
 * @param defaultRoute whether this network carries the default route; null: not specified
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
