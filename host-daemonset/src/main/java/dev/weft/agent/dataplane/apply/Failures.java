package dev.weft.agent.dataplane.apply;

import dev.weft.agent.dataplane.kernel.ForeignPort;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.kernel.MovedTunnel;
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
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Explains to users why a change failed, and what to change. */
public final class Failures {
  private static final String AGAIN = "; the agent tries again";

  /** Error messages of libnftables and the Java library, with the error's name. */
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("Operation not permitted", "EPERM"),
          Map.entry("Permission denied", "EACCES"),
          Map.entry("Read-only file system", "EROFS"),
          Map.entry("Operation not supported", "EOPNOTSUPP"),
          Map.entry("Protocol not supported", "EPROTONOSUPPORT"),
          // the kernel lacks the module of an expression
          Map.entry("No such file or directory", "EOPNOTSUPP"),
          Map.entry("memory", "ENOMEM"),
          Map.entry("No buffer space", "ENOBUFS"),
          Map.entry("Device or resource busy", "EBUSY"),
          Map.entry("File exists", "EEXIST"),
          Map.entry("Too many open files", "EMFILE"),
          Map.entry("Interrupted system call", "EINTR"),
          Map.entry("Resource temporarily unavailable", "EAGAIN"),
          Map.entry("Invalid argument", "EINVAL"),
          Map.entry("syntax error", "EINVAL"));

  private Failures() {}

  public static Problem explain(Change change, RuntimeException error, HostKernel kernel) {
    Item item =
        switch (change) {
          case Change.Create(Item made) -> made;
          case Change.Alter(_, Item made, _) -> made;
          case Change.Remove(Item gone, _) -> gone;
        };
    Problem problem =
        switch (error) {
          case NetlinkException refused -> refused(change, item, refused, kernel);
          case ApplyError ours -> failed(change, item, ours, Cause.of(ours));
          default -> failed(change, item, error, Cause.of(item, errno(error)));
        };
    return peer(item)
        .map(problem::ofPeer)
        .orElseGet(() -> problem.ofEndpoint(item.owner().endpoint()));
  }

  /** Explains why a whole pass ended, such as at a request that reads the node. */
  public static Problem ofPass(RuntimeException error) {
    String errno = error instanceof NetlinkException refused ? refused.errnoName() : errno(error);
    Cause cause =
        errno.isEmpty()
            ? new Cause("it met an error of its own", "see the agent's log, and report it")
            : CommonCause.of(new Item.Filter(""), errno);
    String words =
        error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
    return Problem.retry(
        "the node",
        "the agent's last pass over it ended early, as %s (%s)".formatted(cause.why(), words),
        cause.cure() + AGAIN);
  }

  private static Problem refused(
      Change change, Item item, NetlinkException error, HostKernel kernel) {
    String errno = error.errnoName();
    return switch (item) {
      case Item.Device device
          when device.kind() instanceof DeviceKind.Vxlan tunnel && errno.equals("EADDRINUSE") ->
          portInUse(tunnel, kernel);
      case Item.Device device when errno.equals("EEXIST") && device.name().place().isNode() ->
          nameTaken(change, device, error, kernel);
      case Item.Device device when device.kind() instanceof DeviceKind.Macvlan macvlan ->
          onParent(change, device, macvlan, error, kernel);
      case IpsecItem.EspPort port when errno.equals("EADDRINUSE") -> espPortInUse(port, kernel);
      case IpsecItem.SecurityPolicy policy when errno.equals("EEXIST") ->
          policyInTheWay(policy, kernel);
      default -> failed(change, item, error, Cause.of(item, errno));
    };
  }

  private static Problem failed(Change change, Item item, RuntimeException error, Cause cause) {
    return Problem.retry(
        item.toString(),
        "%s failed, as %s (%s)".formatted(verb(change), cause.why(), error.getMessage()),
        cause.cure() + AGAIN);
  }

  /** Returns the name of the error that a message describes; empty if unknown. */
  static String errno(RuntimeException error) {
    String message = String.valueOf(error.getMessage());
    return WORDS.entrySet().stream()
        .filter(each -> message.contains(each.getKey()))
        .map(Map.Entry::getValue)
        .sorted()
        .findFirst()
        .orElse("");
  }

  /** Returns the destination of an entry that leads to another node. */
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

  /** The name must be an altname, or new: the plan avoids devices with the name as their own. */
  private static Problem nameTaken(
      Change change, Item.Device device, NetlinkException error, HostKernel kernel) {
    String name = device.name().name();
    return kernel
        .netlink()
        .holder(name)
        .map(holder ->
            Problem.retry(
                name,
                "the node's device %s has this name, as its own or as a further one (altname)"
                    .formatted(ForeignPort.printable(holder.name())),
                "take the name off that device; Weft never touches it" + AGAIN))
        .or(() -> vniTaken(device, kernel))
        .orElseGet(() -> failed(change, device, error, Cause.of(device, error.errnoName())));
  }

  private static Optional<Problem> vniTaken(Item.Device device, HostKernel kernel) {
    return device.kind() instanceof DeviceKind.Vxlan tunnel
        ? MovedTunnel.of(tunnel, kernel)
            .map(moved ->
                Problem.retry(
                    "VNI %d on UDP port %d".formatted(tunnel.vni(), tunnel.port()),
                    "the VXLAN device %s has it, which was made on this node and moved to %s"
                        .formatted(moved.name(), moved.place()),
                    "let the network use another VNI, or end what made that device, such as a"
                        + " network of Docker Swarm"
                        + AGAIN))
        : Optional.empty();
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
        "an IPsec policy %sthat is not Weft's is in its place".formatted(theirs),
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
        "the Mesh uses it for encrypted networks (ipsecEncapsulation), and at %s %s uses it"
            .formatted(desired.address().getHostAddress(), UdpPort.user(kernel, desired.port())),
        "stop that, or let the Mesh name another port (ports.ipsec); the agent tries again");
  }

  /** Lists the parent's other interfaces on the node; those in sandboxes are invisible here. */
  private static Problem onParent(
      Change change,
      Item.Device device,
      DeviceKind.Macvlan macvlan,
      NetlinkException error,
      HostKernel kernel) {
    Cause cause = Cause.of(device, error.errnoName());
    if (error.errnoName().equals("EADDRINUSE")) {
      return Problem.retry("MAC address " + device.mac(), cause.why(), cause.cure() + AGAIN);
    }
    int parent = kernel.netlink().link(macvlan.parent()).map(Link::index).orElse(-1);
    String others =
        kernel.netlink().links().stream()
            .filter(link -> link.parent() == parent && link.parentNamespace() < 0)
            .map(Link::name)
            .sorted()
            .collect(Collectors.joining(", "));
    return failed(
        change,
        device,
        error,
        others.isEmpty()
            ? cause
            : new Cause(
                cause.why() + "; on this node there is " + others + " on it", cause.cure()));
  }

  private static Problem portInUse(DeviceKind.Vxlan tunnel, HostKernel kernel) {
    int port = tunnel.port();
    String devices =
        kernel.netlink().links().stream()
            .filter(link ->
                link.kind() instanceof LinkKind.Vxlan vxlan
                    && Integer.valueOf(port).equals(vxlan.port())
                    && Owner.of(link).isEmpty())
            .map(link -> "the device " + ForeignPort.printable(link.name()))
            .collect(Collectors.joining(", "));
    return Problem.user(
        "UDP port " + port,
        "it is in use on this node by "
            + (devices.isEmpty() ? UdpPort.user(kernel, port) : devices),
        "stop that, or let the Mesh use another port");
  }
}
