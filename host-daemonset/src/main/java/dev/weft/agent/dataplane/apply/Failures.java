package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.ForeignPort;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.UdpPort;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.net.InetAddress;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says in a user's words why a change failed. */
public final class Failures {
  private Failures() {}

  public static Problem explain(Change change, RuntimeException error, HostKernel kernel) {
    Item item =
        switch (change) {
          case Change.Create(Item made) -> made;
          case Change.Alter(_, Item made, _) -> made;
          case Change.Remove(Item gone, _) -> gone;
        };
    String errno = error instanceof NetlinkException refused ? refused.errnoName() : "";
    Problem problem =
        switch (errno) {
          case "EXFULL" -> bridgeFull(item);
          case "EADDRINUSE" -> inUse(item, kernel);
          case "EEXIST" -> inTheWay(change, item, error, kernel);
          default -> failed(change, item, error);
        };
    return peer(item)
        .map(problem::ofPeer)
        .orElseGet(() -> problem.ofEndpoint(item.owner().endpoint()));
  }

  /** Whom an entry leads to, if that is not on this node. */
  private static Optional<String> peer(Item item) {
    return switch (item) {
      case Item.Forward forward when forward.owner().endpoint().isEmpty() ->
          Optional.of(
              forward.vtep().map(InetAddress::getHostAddress).orElse(forward.mac().toString()));
      case Item.Neighbour neighbour when neighbour.owner().endpoint().isEmpty() ->
          Optional.of(neighbour.address().getHostAddress());
      default -> Optional.empty();
    };
  }

  /** {@code BR_MAX_PORTS} of the kernel, without port 0. */
  private static Problem bridgeFull(Item item) {
    return Problem.retry(
        item.toString(),
        "the network's bridge on this node has 1023 ports, and a Linux bridge takes no more",
        "run fewer pods of this network on this node, or split the network; the agent tries again");
  }

  private static Problem inUse(Item item, HostKernel kernel) {
    return switch (item) {
      case IpsecItem.EspPort port -> espPortInUse(port, kernel);
      case Item.Device device when device.kind() instanceof DeviceKind.Macvlan(String parent, _) ->
          macInUse(device, parent);
      default -> portInUse(item, kernel);
    };
  }

  private static Problem failed(Change change, Item item, RuntimeException error) {
    return Problem.retry(
        item.toString(),
        "%s failed: %s".formatted(verb(change), error.getMessage()),
        "the agent tries again");
  }

  private static Problem inTheWay(
      Change change, Item item, RuntimeException error, HostKernel kernel) {
    return switch (item) {
      case IpsecItem.SecurityPolicy policy -> policyInTheWay(policy, kernel);
      case Item.Device device when device.name().place().isNode() ->
          kernel
              .netlink()
              .holder(device.name().name())
              .map(holder -> nameTaken(device.name().name(), holder))
              .orElseGet(() -> failed(change, item, error));
      default -> failed(change, item, error);
    };
  }

  /** One that has it as its own is not tried: the name is a further one, or was taken just now. */
  private static Problem nameTaken(String name, Link holder) {
    return Problem.retry(
        name,
        "the node's device %s has this name, as its own or as a further one (altname)"
            .formatted(ForeignPort.printable(holder.name())),
        "take the name off that device; Weft never touches it, and the agent tries again");
  }

  private static Problem policyInTheWay(IpsecItem.SecurityPolicy desired, HostKernel kernel) {
    String theirs =
        kernel
            .xfrm()
            .policy(desired.spec().id())
            .map(policy -> "of priority %d ".formatted(policy.spec().priority()))
            .orElse("");
    return Problem.retry(
        desired.toString(),
        "an IPsec policy %sthat is not Weft's stands in its place".formatted(theirs),
        "remove that (see 'ip xfrm policy'), or let the Mesh use another port for encrypted"
            + " networks; the agent tries again");
  }

  private static String verb(Change change) {
    return switch (change) {
      case Change.Create _ -> "creating it";
      case Change.Alter _ -> "changing it";
      case Change.Remove _ -> "removing it";
    };
  }

  private static Problem espPortInUse(IpsecItem.EspPort desired, HostKernel kernel) {
    return Problem.retry(
        "UDP port " + desired.port(),
        "the Mesh has encrypted networks travel by it (ipsecEncapsulation), and at %s it is in use by %s"
            .formatted(desired.address().getHostAddress(), UdpPort.user(kernel, desired.port())),
        "stop that, or let the Mesh name another port (ports.ipsec); the agent tries again");
  }

  /** The kernel gives no two interfaces on one device of the node the same MAC address. */
  private static Problem macInUse(Item.Device desired, String parent) {
    return Problem.retry(
        "MAC address " + desired.mac(),
        "the device '%s' or another interface on it has it".formatted(parent),
        "ask for another, or remove the other interface; the agent tries again");
  }

  private static Problem portInUse(Item item, HostKernel kernel) {
    int port =
        item instanceof Item.Device device && device.kind() instanceof DeviceKind.Vxlan vxlan
            ? vxlan.port()
            : 0;
    String devices =
        kernel.netlink().links().stream()
            .filter(link ->
                link.kind() instanceof LinkKind.Vxlan vxlan
                    && Integer.valueOf(port).equals(vxlan.port())
                    && Owner.of(link).isEmpty())
            .map(link -> "the device '" + link.name() + "'")
            .collect(Collectors.joining(", "));
    return Problem.user(
        "UDP port " + port,
        "it is in use on this node by "
            + (devices.isEmpty() ? UdpPort.user(kernel, port) : devices),
        "stop that, or let the Mesh use another port");
  }
}
