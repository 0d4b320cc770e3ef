package dev.weft.agent.dataplane.kernel;

import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Summarises the destinations of a node's routes in few blocks. Network plugins create a route for
 * each pod; neighbouring hosts are merged into one block. If more than {@link #MOST} blocks remain,
 * the narrowest are widened first. The summary covers every address. Pure.
 */
final class RouteSummary {
  /** Maximum number of blocks of one node. */
  static final int MOST = 256;

  private static final int NEIGHBOURHOOD_IPV4 = 24;
  private static final int NEIGHBOURHOOD_IPV6 = 64;

  /** The operator rejects a shorter prefix as implausible. */
  private static final int WIDEST = 8;

  /** Bits that a block is widened by at a time. */
  private static final int STEP = 4;

  private static final Comparator<IpPrefix> BY_TEXT = Comparator.comparing(IpPrefix::toString);

  private RouteSummary() {}

  /** The blocks, sorted by their text. */
  static List<IpPrefix> of(Collection<IpPrefix> destinations) {
    Set<IpPrefix> blocks = new TreeSet<>(BY_TEXT);
    Map<IpPrefix, Integer> neighbours = new HashMap<>();
    destinations.stream()
        .distinct()
        .filter(RouteSummary::isHost)
        .forEach(host -> neighbours.merge(neighbourhood(host), 1, Integer::sum));
    for (IpPrefix each : destinations) {
      boolean one = !isHost(each) || neighbours.getOrDefault(neighbourhood(each), 0) == 1;
      blocks.add(one ? each.network() : neighbourhood(each));
    }
    while (blocks.size() > MOST && widen(blocks)) {
      // the next wider block
    }
    return List.copyOf(blocks);
  }

  private static boolean isHost(IpPrefix block) {
    return block.length() == bits(block);
  }

  private static int bits(IpPrefix block) {
    return block.address().getAddress().length * Byte.SIZE;
  }

  private static IpPrefix neighbourhood(IpPrefix host) {
    return cut(host.address(), host.isIpv4() ? NEIGHBOURHOOD_IPV4 : NEIGHBOURHOOD_IPV6);
  }

  private static IpPrefix cut(InetAddress address, int length) {
    return new IpPrefix(address, length).network();
  }

  /** Widens the narrowest blocks of the larger family; returns whether there were any. */
  private static boolean widen(Set<IpPrefix> blocks) {
    long ipv4 = blocks.stream().filter(IpPrefix::isIpv4).count();
    boolean family = ipv4 * 2 >= blocks.size();
    int longest =
        blocks.stream()
            .filter(each -> each.isIpv4() == family)
            .mapToInt(IpPrefix::length)
            .max()
            .orElse(0);
    int length = Math.max(WIDEST, longest - STEP);
    List<IpPrefix> narrow =
        blocks.stream().filter(each -> each.isIpv4() == family && each.length() > length).toList();
    narrow.forEach(blocks::remove);
    narrow.forEach(each -> blocks.add(cut(each.address(), length)));
    return !narrow.isEmpty();
  }
}
