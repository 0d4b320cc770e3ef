package dev.weft.agent.endpoint;

import dev.weft.agent.sandbox.Sandbox;
import dev.weft.netlink.Link;
import dev.weft.netlink.Netlink;
import dev.weft.netlink.NetworkNamespace;
import java.util.stream.Collectors;

/** Looks into sandboxes by netlink. The node is the namespace of the thread that made the probe. */
public final class KernelProbe implements Probe, AutoCloseable {
  private final NetworkNamespace node = NetworkNamespace.current();

  @Override
  public View look(Sandbox sandbox) {
    try (NetworkNamespace namespace = NetworkNamespace.open(sandbox.netns());
        Netlink netlink = Netlink.open(namespace)) {
      return new View(
          namespace.id().equals(node.id()),
          netlink.links().stream().map(Link::name).collect(Collectors.toSet()));
    }
  }

  @Override
  public void close() {
    node.close();
  }
}
