package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.api.IpFamily;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Route;
import dev.weft.netlink.rtnl.Scope;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Chooses the source of tunnels. Pure. */
public record Underlays(Observation.View node, UnderlayChoice choice) {

  /**
   * The choice's result. If the node itself has the API server's address, the address is ignored:
   * it may be a Service's, or may move.
   *
   * @param used the source address that the node uses towards {@link UnderlayChoice#reaches()}, if
   *     known
   */
  public LocalVtep choose(Optional<InetAddress> used) {
    List<Address> fit =
        node.addresses().stream()
            .filter(this::isFit)
            .sorted(
                Comparator.comparing((Address address) -> !isIpv4(address.prefix().address()))
                    .thenComparing(address -> !isOnWire(address))
                    .thenComparingInt(Address::link))
            .toList();
    if (!choice.cidrs().isEmpty()) {
      return choice.cidrs().stream()
          .flatMap(cidr -> fit.stream().filter(a -> cidr.contains(a.prefix().address())))
          .findFirst()
          .map(this::found)
          .orElseGet(() -> missing("lies in any of the blocks " + choice.cidrs() + ofInterface()));
    }
    if (choice.interfaceName().isPresent()) {
      return fit.stream()
          .findFirst()
          .map(this::found)
          .orElseGet(() -> missing("is on the interface " + choice.interfaceName().get()));
    }
    return declared(fit)
        .or(() -> at(used.filter(it -> !isAt(choice.reaches(), it)), fit))
        .or(() -> onTheWayOut(fit))
        .or(() -> at(used, fit).filter(this::isOnWire))
        .map(this::found)
        .orElseGet(() ->
            missing(
                "is an InternalIP of its Node%s or is on its default route"
                    .formatted(
                        choice
                            .reaches()
                            .map(to -> ", reaches " + to.getHostAddress())
                            .orElse(""))));
  }

  private Optional<Address> declared(List<Address> fit) {
    return fit.stream()
        .filter(address -> choice.declared().contains(address.prefix().address()))
        .filter(this::isOnWire)
        .findFirst();
  }

  private static Optional<Address> at(Optional<InetAddress> where, List<Address> fit) {
    return fit.stream().filter(address -> isAt(where, address.prefix().address())).findFirst();
  }

  private Optional<Address> onTheWayOut(List<Address> fit) {
    return new Ways(node, Underlays::isOurs)
        .defaults().stream()
            .flatMap(route ->
                Stream.concat(
                    at(Optional.ofNullable(route.source()), fit).stream(),
                    fit.stream().filter(address -> address.link() == route.link())))
            .findFirst();
  }

  private static boolean isAt(Optional<InetAddress> where, InetAddress address) {
    return where.filter(address::equals).isPresent();
  }

  private boolean isOnWire(Address address) {
    return node.link(address.link()).filter(link -> !Ways.isVirtual(link)).isPresent();
  }

  /**
   * Whether the device holds the addresses of Services: kube-proxy in IPVS mode gives a dummy all
   * of them, the API server's too.
   */
  private boolean holdsServices(Link link) {
    return link.kind() instanceof LinkKind.Dummy
        && node.addresses().stream()
            .anyMatch(address ->
                address.link() == link.index()
                    && isAt(choice.reaches(), address.prefix().address()));
  }

  /** Networks that the node's main table leads to, ours and default routes excluded. */
  List<IpPrefix> routes() {
    return RouteSummary.of(
        node.routes().stream()
            .filter(Underlays::leadsOn)
            .filter(route -> route.destination().length() > 0)
            .filter(route -> node.link(route.link()).filter(Underlays::isOurs).isEmpty())
            .map(Route::destination)
            .toList());
  }

  /** Whether the route can lead to other machines. */
  public static boolean leadsOn(Route route) {
    return route.table() == Route.MAIN
        && route.type() == Route.Type.UNICAST
        && !route.destination().address().isLinkLocalAddress()
        && !route.destination().address().isMulticastAddress();
  }

  private boolean isFit(Address address) {
    InetAddress held = address.prefix().address();
    return address.scope() == Scope.UNIVERSE
        && !held.isLinkLocalAddress()
        && !held.isLoopbackAddress()
        && !address.flags().contains(Address.Flag.TENTATIVE)
        && !address.flags().contains(Address.Flag.DADFAILED)
        && choice.family().map(f -> isIpv4(held) == (f == IpFamily.IPV4)).orElse(true)
        && node.link(address.link())
            .filter(link -> !isOurs(link) && link.isUp() && !holdsServices(link))
            .filter(link -> choice.interfaceName().map(link.name()::equals).orElse(true))
            .isPresent();
  }

  private static boolean isOurs(Link link) {
    return Owner.of(link).isPresent();
  }

  private static boolean isIpv4(InetAddress address) {
    return address instanceof Inet4Address;
  }

  private LocalVtep found(Address address) {
    Link link = node.link(address.link()).orElseThrow();
    List<Link> below =
        new Ways(node, Underlays::isOurs).below(link, choice.reaches().stream().toList());
    int mtu = Ways.narrowest(below).orElse(link).mtu();
    return new LocalVtep.Found(address.prefix().address(), link.name(), mtu, routes());
  }

  private String ofInterface() {
    return choice.interfaceName().map(name -> " on the interface " + name).orElse("");
  }

  private LocalVtep missing(String condition) {
    String held =
        node.addresses().stream()
            .map(address -> address.prefix().address())
            .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
            .map(InetAddress::getHostAddress)
            .collect(Collectors.joining(", "));
    return new LocalVtep.Missing(
        "no %saddress of the node %s; it has %s"
            .formatted(
                choice.family().map(family -> family + " ").orElse(""),
                condition,
                held.isEmpty() ? "none" : held));
  }
}
