package dev.weft.netlink.rtnl;

import dev.weft.netlink.Errno;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.Outcome;
import dev.weft.netlink.wire.Counters;
import dev.weft.netlink.wire.Dump;
import dev.weft.netlink.wire.Exclusive;
import dev.weft.netlink.wire.NetlinkSocket;
import dev.weft.netlink.wire.RtnetlinkH;
import dev.weft.netlink.wire.Unreadable;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A handle for reading and changing the network of one namespace ({@code NETLINK_ROUTE}). It stays
 * in its namespace whichever thread uses it. Threads may share it: calls wait for each other.
 */
public final class Netlink implements AutoCloseable {
  private final Exclusive socket;
  private final Batch batch;

  private Netlink(NetlinkSocket socket) {
    this.socket = new Exclusive(socket, "netlink");
    this.batch = new Batch(socket);
  }

  /** A handle for the calling thread's namespace. */
  public static Netlink open() {
    return new Netlink(NetlinkSocket.route());
  }

  /** A handle for a namespace, which may be closed afterwards. */
  public static Netlink open(NetworkNamespace namespace) {
    return new Netlink(namespace.call(NetlinkSocket::route));
  }

  /** Messages this process has sent to the kernel through any handle so far. */
  public static long messagesSent() {
    return Counters.MESSAGES.sum();
  }

  /**
   * Requests of this process through any handle that the kernel refused so far, including those for
   * objects that had just gone.
   */
  public static long refusals() {
    return Counters.ERRORS.sum();
  }

  /** Nanoseconds this process has spent in system calls of requests and their answers so far. */
  public static long nanosSpent() {
    return Counters.NANOS.sum();
  }

  /** Dumps this process has made through any handle so far, repeated ones included. */
  public static long dumpsMade() {
    return Counters.DUMPS.sum();
  }

  /** Entries of the kernel that this process could not decode, and skipped, so far. */
  public static long unreadable() {
    return Unreadable.count();
  }

  /** Reason of the last skipped entry, by the kind of entry. */
  public static Map<String, String> unreadableReasons() {
    return Unreadable.reasons();
  }

  /** All links. Equivalent to {@code ip link show}. */
  public List<Link> links() {
    return socket.call(Dumps.LINKS::run);
  }

  /**
   * All links, if there are no more than {@code most}. Otherwise it throws, and this handle can
   * only be closed.
   */
  public List<Link> links(int most) {
    return socket.call(handle -> Dumps.LINKS.run(handle, most));
  }

  /**
   * The addresses of a link, IPv4 and IPv6, if there are no more than {@code most} of either.
   * Otherwise it throws, and this handle can only be closed. Equivalent to {@code ip address show
   * dev}.
   */
  public List<Address> addresses(int link, int most) {
    return both(family -> Dumps.addresses(family, link), most);
  }

  /**
   * The unicast routes of the main table, IPv4 and IPv6, if there are no more than {@code most} of
   * either. Otherwise it throws, and this handle can only be closed. Equivalent to {@code ip route
   * show table main}.
   */
  public List<Route> mainRoutes(int most) {
    return both(Dumps::mainRoutes, most);
  }

  private <T> List<T> both(IntFunction<Dump<T>> dump, int most) {
    return socket.call(handle -> {
      List<T> all = new ArrayList<>(list(handle, dump.apply(RtnetlinkH.AF_INET), most));
      all.addAll(list(handle, dump.apply(RtnetlinkH.AF_INET6), most));
      return all;
    });
  }

  /**
   * The kernel creates a routing table with its first route; a family without one has no routes.
   */
  private static <T> List<T> list(NetlinkSocket handle, Dump<T> dump, int most) {
    try {
      return dump.run(handle, most);
    } catch (NetlinkException e) {
      if (e.errno() == Errno.ENOENT) {
        return List.of();
      }
      throw e;
    }
  }

  /**
   * The link with this primary name. Unlike {@code ip link show dev} it ignores alternative names
   * ({@code IFLA_ALT_IFNAME}), which do not identify the kind of a link.
   */
  public Optional<Link> link(String name) {
    return holder(name).filter(link -> link.name().equals(name));
  }

  /**
   * The link that occupies this name, as its primary or an alternative one. Equivalent to {@code ip
   * link show dev}.
   */
  public Optional<Link> holder(String name) {
    return socket.call(handle -> Query.link(handle, name));
  }

  /** The link with this index. */
  public Optional<Link> link(int index) {
    return socket.call(handle -> Query.link(handle, index));
  }

  /** All addresses, IPv4 and IPv6. Equivalent to {@code ip address show}. */
  public List<Address> addresses() {
    return socket.call(Dumps.ADDRESSES::run);
  }

  /** All routes of all tables, IPv4 and IPv6. Equivalent to {@code ip route show table all}. */
  public List<Route> routes() {
    return socket.call(Dumps.ROUTES::run);
  }

  /**
   * The route that the kernel chooses for a packet to this destination; throws if there is none.
   * Equivalent to {@code ip route get}.
   */
  public Route routeTo(InetAddress destination) {
    return socket.call(handle -> Query.route(handle, destination));
  }

  /** All neighbour entries, IPv4 and IPv6. Equivalent to {@code ip neighbour show}. */
  public List<Neighbour> neighbours() {
    return socket.call(Dumps.NEIGHBOURS::run);
  }

  /**
   * All forwarding entries of all bridges and VXLAN devices. Equivalent to {@code bridge fdb show}.
   */
  public List<FdbEntry> fdb() {
    return socket.call(Dumps.fdb(0, 0)::run);
  }

  /**
   * The forwarding entries of one link: its own table, and its bridge's entries that use it.
   * Equivalent to {@code bridge fdb show dev}.
   */
  public List<FdbEntry> fdb(int link) {
    return socket.call(Dumps.fdb(link, 0)::run);
  }

  /**
   * The forwarding entries of a bridge and of the tables its ports have themselves. Equivalent to
   * {@code bridge fdb show br}.
   */
  public List<FdbEntry> fdbOfBridge(int bridge) {
    return socket.call(Dumps.fdb(0, bridge)::run);
  }

  /**
   * Makes changes in order, with as many in each system call as fit. A failed change does not stop
   * the others. Equivalent to {@code ip -batch}.
   *
   * @return the outcome of each request, in the requests' order
   */
  public List<Outcome> execute(List<? extends Request> requests) {
    return socket.call(_ -> batch.execute(requests));
  }

  /** Makes one change or throws {@link NetlinkException}. */
  public void execute(Request request) {
    execute(List.of(request)).getFirst().orThrow();
  }

  /** {@link Request.LinkAdd}; the spec must not name another namespace. */
  public Link linkAdd(LinkSpec spec) {
    execute(new Request.LinkAdd(spec));
    return link(spec.name()).orElseThrow();
  }

  /** {@link Request.LinkChange}. */
  public void linkSet(int index, LinkSettings settings) {
    execute(new Request.LinkChange(index, settings));
  }

  /** {@link Request.LinkRemove}. */
  public void linkDelete(int index) {
    execute(new Request.LinkRemove(index));
  }

  /** {@link Request.AddressAdd}. */
  public void addressAdd(Address address) {
    execute(new Request.AddressAdd(address));
  }

  /** {@link Request.AddressRemove}. */
  public void addressDelete(Address address) {
    execute(new Request.AddressRemove(address));
  }

  /** {@link Request.RouteAdd}. */
  public void routeAdd(Route route) {
    execute(new Request.RouteAdd(route));
  }

  /** {@link Request.RouteReplace}. */
  public void routeReplace(Route route) {
    execute(new Request.RouteReplace(route));
  }

  /** {@link Request.RouteRemove}. */
  public void routeDelete(Route route) {
    execute(new Request.RouteRemove(route));
  }

  /** {@link Request.NeighbourSet}. */
  public void neighbourSet(Neighbour neighbour) {
    execute(new Request.NeighbourSet(neighbour));
  }

  /** {@link Request.NeighbourRemove}. */
  public void neighbourDelete(int link, InetAddress address) {
    execute(new Request.NeighbourRemove(link, address));
  }

  /** {@link Request.FdbSet}. */
  public void fdbSet(FdbEntry entry) {
    execute(new Request.FdbSet(entry));
  }

  /** {@link Request.FdbAppend}. */
  public void fdbAppend(FdbEntry entry) {
    execute(new Request.FdbAppend(entry));
  }

  /** {@link Request.FdbRemove}. */
  public void fdbDelete(FdbEntry entry) {
    execute(new Request.FdbRemove(entry));
  }

  @Override
  public void close() {
    socket.close();
  }
}
