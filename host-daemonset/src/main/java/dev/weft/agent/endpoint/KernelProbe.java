package dev.weft.agent.endpoint;

import dev.weft.agent.sandbox.Sandbox;
import dev.weft.netlink.Link;
import dev.weft.netlink.Netlink;
import dev.weft.netlink.NetworkNamespace;
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
