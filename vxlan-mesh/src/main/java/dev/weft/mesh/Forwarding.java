package dev.weft.mesh;

import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * What one node must program for the remote endpoints of one network.
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

  /** A frame to {@code mac} is tunnelled to {@code vtep}. */
  public record FdbEntry(MacAddress mac, InetAddress vtep) {}

  /** The address is reached at {@code mac}. */
  public record NeighbourEntry(InetAddress address, MacAddress mac) {}

  public Forwarding {
    fdb = Set.copyOf(fdb);
    neighbours = Set.copyOf(neighbours);
    flood = Set.copyOf(flood);
  }

  /** The forwarding for these remote endpoints, in any order. */
  public static Forwarding of(Collection<RemoteEndpoint> remotes) {
    Set<FdbEntry> fdb = new HashSet<>();
    Set<NeighbourEntry> neighbours = new HashSet<>();
    Set<InetAddress> flood = new HashSet<>();
    for (RemoteEndpoint remote : remotes) {
      fdb.add(new FdbEntry(remote.mac(), remote.vtep()));
      neighbours.add(new NeighbourEntry(remote.address(), remote.mac()));
      flood.add(remote.vtep());
    }
    return new Forwarding(fdb, neighbours, flood);
  }

  public boolean isEmpty() {
    return fdb.isEmpty() && neighbours.isEmpty() && flood.isEmpty();
  }
}
