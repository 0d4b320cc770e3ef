package dev.weft.agent.attach.claim;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.IpAddress;
import dev.weft.netlink.LanFrames;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Scope;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Looks into sandboxes by netlink. */
public final class KernelProbe implements Probe, AutoCloseable {
  /** A neighbour on the LAN answers within one millisecond, and starting pods wait for this. */
  private static final Duration PATIENCE = Duration.ofMillis(6);

  /** Most links read: a sandbox controls its own contents. */
  private static final int LINKS = 1024;

  /** Most addresses of an interface read. */
  private static final int ADDRESSES = 64;

  private final NetworkNamespace node;

  /** A probe of sandboxes on {@code node}, the node's own namespace, which it closes at the end. */
  public KernelProbe(NetworkNamespace node) {
    this.node = node;
  }

  @Override
  public View look(Sandbox sandbox) {
    try (NetworkNamespace namespace = NetworkNamespace.open(sandbox.netns());
        Netlink netlink = Netlink.open(namespace)) {
      boolean onNode = namespace.id().equals(node.id());
      List<Link> links = onNode ? netlink.links() : netlink.links(LINKS);
      return new View(
          onNode,
          links.stream()
              .filter(each -> !DataPlane.isUnfinished(each))
              .map(Link::name)
              .collect(Collectors.toSet()),
          links.stream()
              .filter(each -> !DataPlane.isOurs(each))
              .map(Link::name)
              .collect(Collectors.toSet()));
    }
  }

  @Override
  public List<Device> devices(Sandbox sandbox) {
    try (NetworkNamespace namespace = NetworkNamespace.open(sandbox.netns());
        Netlink netlink = Netlink.open(namespace)) {
      return namespace.id().equals(node.id())
          ? List.of()
          : netlink.links(LINKS).stream()
              .map(each ->
                  new Device(
                      each.name(),
                      String.valueOf(each.address()),
                      each.mtu(),
                      each.name().equals("eth0") ? addresses(netlink, each) : List.of()))
              .toList();
    }
  }

  private static List<String> addresses(Netlink netlink, Link link) {
    return netlink.addresses(link.index(), ADDRESSES).stream()
        .filter(each -> each.scope() == Scope.UNIVERSE)
        .map(each -> IpAddress.of(each.prefix().address()).toString())
        .toList();
  }

  @Override
  public Optional<String> holder(String device, IpAddress address) {
    InetAddress asked = address.toInetAddress();
    try (Netlink netlink = Netlink.open(node)) {
      Link link = netlink.link(device).filter(Link::isUp).orElse(null);
      if (link == null || link.address() == null) {
        return Optional.empty();
      }
      try (PacketSocket socket = PacketSocket.open(node, link.index(), LanFrames.protocol(asked))) {
        socket.send(LanFrames.question(link.address(), asked));
        return answer(socket, asked, link.address()).map(MacAddress::toString);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Ignores our own frame, which a switch may send back. */
  private static Optional<MacAddress> answer(PacketSocket socket, InetAddress asked, MacAddress own)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (long left = PATIENCE.toNanos(); left > 0; left = end - System.nanoTime()) {
      Optional<MacAddress> holder =
          socket
              .receive(Duration.ofNanos(left))
              .flatMap(frame -> LanFrames.holder(frame, asked))
              .filter(mac -> !mac.equals(own));
      if (holder.isPresent()) {
        return holder;
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    node.close();
  }
}
