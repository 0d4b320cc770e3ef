package dev.weft.mesh;

import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;

/**
 * Entries that one node programs for the remote endpoints of one network.
 *
 * @param fdb frames to a known MAC address go to one VTEP ({@code NDA_LLADDR}, {@code NDA_DST} in
 *     linux/neighbour.h)
 * @param neighbours answers to ARP and neighbour discovery for known addresses
 * @param flood the VTEPs that get a copy of every frame without a known destination
 */
public record Forwarding(
    Set<FdbEntry> fdb, Set<NeighbourEntry> neighbours, Set<InetAddress> flood) {

  /** Nothing to forward: no remote endpoints. */
  public static final Forwarding NONE = new Forwarding(Set.of(), Set.of(), Set.of());

  static final Comparator<InetAddress> ADDRESSES =
      Comparator.comparing(InetAddress::getAddress, Arrays::compareUnsigned);

  /** A frame to {@code mac} is tunnelled to {@code vtep}. */
  public record FdbEntry(MacAddress mac, InetAddress vtep) {
    static final Comparator<FdbEntry> ORDER = Comparator.comparing(FdbEntry::vtep, ADDRESSES);
  }

  /** {@code address} resolves to {@code mac}. */
  public record NeighbourEntry(InetAddress address, MacAddress mac) {
    static final Comparator<NeighbourEntry> ORDER =
        Comparator.comparing(entry -> entry.mac().toString());
  }

  public Forwarding {
    fdb = Set.copyOf(fdb);
    neighbours = Set.copyOf(neighbours);
    flood = Set.copyOf(flood);
  }

  /**
   * The forwarding for these remote endpoints, in any order. It has one entry per MAC address and
   * one per IP address. If endpoints disagree, the lowest VTEP or MAC address wins.
   */
  public static Forwarding of(Collection<RemoteEndpoint> remotes) {
    Map<MacAddress, FdbEntry> fdb = new HashMap<>();
    Map<InetAddress, NeighbourEntry> neighbours = new HashMap<>();
    Set<InetAddress> flood = new HashSet<>();
    for (RemoteEndpoint remote : remotes) {
      fdb.merge(
          remote.mac(),
          new FdbEntry(remote.mac(), remote.vtep()),
          BinaryOperator.minBy(FdbEntry.ORDER));
      neighbours.merge(
          remote.address(),
          new NeighbourEntry(remote.address(), remote.mac()),
          BinaryOperator.minBy(NeighbourEntry.ORDER));
      flood.add(remote.vtep());
    }
    return new Forwarding(Set.copyOf(fdb.values()), Set.copyOf(neighbours.values()), flood);
  }

  public boolean isEmpty() {
    return fdb.isEmpty() && neighbours.isEmpty() && flood.isEmpty();
  }
}
