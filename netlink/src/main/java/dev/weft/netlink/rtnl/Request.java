package dev.weft.netlink.rtnl;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** One change to the network of a namespace, made by {@link Netlink#execute}. */
public sealed interface Request {
  /** The change in words, as errors name it: "add link wb-1 (vxlan 4096)". */
  String inWords();

  /**
   * Creates a link; fails with EEXIST if the name is taken. A second round trip sets what the
   * kernel ignores at creation (alias, bridge port options, IPv4 settings, address generation). If
   * it fails, the new link is removed. Equivalent to {@code ip link add}.
   */
  record LinkAdd(LinkSpec spec) implements Request {
    @Override
    public String inWords() {
      return "add link %s (%s)".formatted(spec.name(), RequestWords.of(spec.kind()));
    }
  }

  /**
   * Changes a link, in one message unless it sets bridge port options, or address settings and up.
   * With a namespace, the link moves there under its new name and the other settings take effect
   * there. Equivalent to {@code ip link set}.
   *
   * @param index the link
   * @param name new name, {@code null} to keep it
   * @param kind new options of the link's kind, {@code null} to keep them
   * @param settings the rest
   */
  record LinkChange(
      int index, @Nullable String name, @Nullable LinkKind kind, LinkSettings settings)
      implements Request {
    /** Rejects an invalid name, and bridge port options of a link that moves. */
    public LinkChange {
      if (name != null) {
        LinkSpec.requireName(name);
      }
      if (settings.namespace() != null && settings.port() != null) {
        throw new IllegalArgumentException(
            "link %d moves to another namespace: set its bridge port options from there"
                .formatted(index));
      }
    }

    /** Changes settings only. */
    public LinkChange(int index, LinkSettings settings) {
      this(index, null, null, settings);
    }

    @Override
    public String inWords() {
      return "change link %d%s".formatted(index, RequestWords.of(name, kind, settings));
    }
  }

  /** Removes a link, and the peer of a veth. Equivalent to {@code ip link delete}. */
  record LinkRemove(int index) implements Request {
    @Override
    public String inWords() {
      return "remove link " + index;
    }
  }

  /**
   * Adds an address to a link; fails with EEXIST if the link has it. Equivalent to {@code ip
   * address add}.
   */
  record AddressAdd(Address address) implements Request {
    @Override
    public String inWords() {
      return "add address %s to link %d".formatted(address.prefix(), address.link());
    }
  }

  /** Removes an address from a link. Equivalent to {@code ip address delete}. */
  record AddressRemove(Address address) implements Request {
    @Override
    public String inWords() {
      return "remove address %s from link %d".formatted(address.prefix(), address.link());
    }
  }

  /**
   * Adds a route; fails with EEXIST if one with that destination, metric and table exists.
   * Equivalent to {@code ip route add}.
   */
  record RouteAdd(Route route) implements Request {
    @Override
    public String inWords() {
      return "add " + RequestWords.of(route);
    }
  }

  /**
   * Adds a route, or replaces the one with that destination, metric and table. Equivalent to {@code
   * ip route replace}.
   */
  record RouteReplace(Route route) implements Request {
    @Override
    public String inWords() {
      return "set " + RequestWords.of(route);
    }
  }

  /**
   * Adds a route beside those with the same destination, metric and table; fails with EEXIST if the
   * very route exists. Equivalent to {@code ip route append}.
   */
  record RouteAppend(Route route) implements Request {
    @Override
    public String inWords() {
      return "append " + RequestWords.of(route);
    }
  }

  /** Removes a route. Equivalent to {@code ip route delete}. */
  record RouteRemove(Route route) implements Request {
    @Override
    public String inWords() {
      return "remove " + RequestWords.of(route);
    }
  }

  /** Creates or replaces a neighbour entry. Equivalent to {@code ip neighbour replace}. */
  record NeighbourSet(Neighbour neighbour) implements Request {
    @Override
    public String inWords() {
      return "set neighbour %s (%s) on link %d"
          .formatted(neighbour.address().getHostAddress(), neighbour.mac(), neighbour.link());
    }
  }

  /** Removes a neighbour entry. Equivalent to {@code ip neighbour delete}. */
  record NeighbourRemove(int link, InetAddress address) implements Request {
    @Override
    public String inWords() {
      return "remove neighbour %s from link %d".formatted(address.getHostAddress(), link);
    }
  }

  /**
   * Creates an entry, or replaces the destination of the one with this MAC address. A multicast or
   * zero address in a VXLAN device has many destinations: use {@link FdbAppend} for it. Equivalent
   * to {@code bridge fdb replace}.
   */
  record FdbSet(FdbEntry entry) implements Request {
    @Override
    public String inWords() {
      return "set " + RequestWords.of(entry);
    }
  }

  /**
   * Adds a destination to a VXLAN device's entry; fails with EEXIST if the entry has it. Equivalent
   * to {@code bridge fdb append}.
   */
  record FdbAppend(FdbEntry entry) implements Request {
    @Override
    public String inWords() {
      return "append " + RequestWords.of(entry);
    }
  }

  /**
   * Removes an entry. For a VXLAN device it removes the given destination of the entry, or all if
   * none is given. Equivalent to {@code bridge fdb delete}.
   */
  record FdbRemove(FdbEntry entry) implements Request {
    @Override
    public String inWords() {
      return "remove " + RequestWords.of(entry);
    }
  }
}
