package dev.weft.netlink;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A handle for reading and changing the network of one namespace ({@code NETLINK_ROUTE}). It stays
 * in its namespace whichever thread uses it, and may be shared: calls wait for each other.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Netlink implements AutoCloseable {
  private Netlink() {}

  /** A handle for the calling thread's namespace. */
  public static Netlink open() {
    throw new UnsupportedOperationException();
  }

  /** A handle for a namespace, which may be closed after. */
  public static Netlink open(NetworkNamespace namespace) {
    throw new UnsupportedOperationException();
  }

  /** Messages this process has sent to the kernel through any handle so far. */
  public static long messagesSent() {
    throw new UnsupportedOperationException();
  }

  /** Dumps this process has made through any handle so far, repeated ones included. */
  public static long dumpsMade() {
    throw new UnsupportedOperationException();
  }

  /** All links. */
  public List<Link> links() {
    throw new UnsupportedOperationException();
  }

  /** The link with this name. */
  public Optional<Link> link(String name) {
    throw new UnsupportedOperationException();
  }

  /** The link with this index. */
  public Optional<Link> link(int index) {
    throw new UnsupportedOperationException();
  }

  /** All addresses, IPv4 and IPv6. */
  public List<Address> addresses() {
    throw new UnsupportedOperationException();
  }

  /** All routes of all tables, IPv4 and IPv6. */
  public List<Route> routes() {
    throw new UnsupportedOperationException();
  }

  /** The route the kernel chooses for a packet to this destination. */
  public Route routeTo(InetAddress destination) {
    throw new UnsupportedOperationException();
  }

  /** All neighbour entries, IPv4 and IPv6. */
  public List<Neighbour> neighbours() {
    throw new UnsupportedOperationException();
  }

  /** All forwarding entries of all bridges and VXLAN devices. */
  public List<FdbEntry> fdb() {
    throw new UnsupportedOperationException();
  }

  /** The forwarding entries of one link: its own table, and its bridge's entries that use it. */
  public List<FdbEntry> fdb(int link) {
    throw new UnsupportedOperationException();
  }

  /** The forwarding entries in a bridge's table. */
  public List<FdbEntry> fdbOfBridge(int bridge) {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes changes in order, as many as fit in one system call at a time. A change that fails stops
   * none of the others.
   *
   * @return the outcome of each request, in the requests' order
   */
  public List<Outcome> execute(List<? extends Request> requests) {
    throw new UnsupportedOperationException();
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
  public void close() {}
}
