package dev.weft.agent.endpoint;

import dev.weft.agent.sandbox.Sandbox;
import dev.weft.netlink.Link;
import dev.weft.netlink.Netlink;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.Route;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks into sandboxes by netlink. */
public final class KernelProbe implements Probe, AutoCloseable {
  private final NetworkNamespace node;

  /** A probe that knows {@code node} for the node's own namespace, and closes it at last. */
  public KernelProbe(NetworkNamespace node) {
    this.node = node;
  }

  @Override
  public View look(Sandbox sandbox) {
    try (NetworkNamespace namespace = NetworkNamespace.open(sandbox.netns());
        Netlink netlink = Netlink.open(namespace)) {
      Map<Integer, String> names =
          netlink.links().stream().collect(Collectors.toMap(Link::index, Link::name));
      return new View(
          namespace.id().equals(node.id()),
          Set.copyOf(names.values()),
          netlink.routes().stream()
              .filter(each -> each.destination().length() == 0)
              .filter(each -> each.table() == Route.MAIN && each.type() == Route.Type.UNICAST)
              .flatMap(each -> Optional.ofNullable(names.get(each.link())).stream())
              .collect(Collectors.toSet()));
    }
  }

  @Override
  public void close() {
    node.close();
  }
}
