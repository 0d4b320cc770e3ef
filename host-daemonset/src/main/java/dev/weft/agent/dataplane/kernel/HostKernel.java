package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.IpConf;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.nft.NftablesException;
import dev.weft.netlink.rtnl.BridgePort;
import dev.weft.netlink.rtnl.Ethtool;
import dev.weft.netlink.rtnl.FdbEntry;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Route;
import dev.weft.netlink.rtnl.Scope;
import dev.weft.netlink.xfrm.Xfrm;
import java.net.Inet6Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's kernel: reads all that matters of it, and opens the way into sandboxes. */
public final class HostKernel implements AutoCloseable {
  /** Of all devices; the greater of it and a device's own holds. */
  private static final String ARP_IGNORE = "net/ipv4/conf/all/arp_ignore";

  private static final Logger LOG = LoggerFactory.getLogger(HostKernel.class);

  /** Routes with this protocol number are ours ({@code RTA_PROTOCOL}; the letter W). */
  public static final int ROUTE_PROTOCOL = 87;

  /** Routes with this protocol number are a router's ({@code RTPROT_RA}). */
  public static final int ADVERTISED = 9;

  /** {@code RTPROT_KERNEL}. */
  private static final int CONNECTED = 2;

  private final NetworkNamespace namespace;
  private final Netlink netlink;
  private final Map<String, Optional<SandboxHandle>> entered = new HashMap<>();
  private @Nullable Nftables nftables;
  private @Nullable Ethtool ethtool;
  private @Nullable Xfrm xfrm;
  private final EspPorts espPorts;
  private final Set<String> noted = new HashSet<>();
  private final Sysctls sysctls;

  /**
   * A node's kernel.
   *
   * @param settings what was changed of the node's settings
   */
  public HostKernel(NetworkNamespace namespace, NodeSettings settings) {
    this.namespace = namespace;
    sysctls = new Sysctls(namespace, settings);
    netlink = Netlink.open(namespace);
    espPorts = new EspPorts(namespace);
    try {
      // Now, while low descriptors are free, of which libnftables needs a few.
      nftables = Nftables.open(namespace);
    } catch (NftablesException absent) {
      // Tried again, and reported, when a network needs it.
      nftables = null;
    }
  }

  public Netlink netlink() {
    return netlink;
  }

  public NetworkNamespace namespace() {
    return namespace;
  }

  /**
   * The packet filter.
   *
   * @throws NftablesException if libnftables is not there
   */
  public Nftables nftables() {
    if (nftables == null) {
      nftables = Nftables.open(namespace);
    }
    return nftables;
  }

  /**
   * The IPsec tables.
   *
   * @throws NetlinkException if the kernel has none
   */
  public Xfrm xfrm() {
    if (xfrm == null) {
      xfrm = Xfrm.open(namespace);
    }
    return xfrm;
  }

  /** The IPsec tables as they are; empty also where the kernel has none. */
  public IpsecTables ipsec() {
    Xfrm tables;
    try {
      tables = xfrm();
    } catch (NetlinkException absent) {
      return IpsecTables.EMPTY;
    }
    return new IpsecTables(tables.states(), tables.policies(), espPorts.items());
  }

  /** Where ESP inside UDP is taken. */
  public EspPorts espPorts() {
    return espPorts;
  }

  /**
   * Looks at everything.
   *
   * @param sandboxes what of ours is expected in each, by file
   * @param first whether this process has not looked before
   */
  public Observation observe(Map<String, List<Expected>> sandboxes, boolean first) {
    Observation.View node =
        new Observation.View(netlink.links(), netlink.addresses(), netlink.routes());
    Map<String, Link> ends = new HashMap<>();
    for (Link link : node.links()) {
      if (link.kind() instanceof LinkKind.Veth && Owner.of(link).isPresent()) {
        ends.put(link.name(), link);
      }
    }
    Map<String, Observation.Sight> seen = new HashMap<>();
    sandboxes.forEach((file, expected) ->
        seen.put(
            file,
            look(
                file,
                inside ->
                    SandboxView.read(
                        inside, expected, end -> Optional.ofNullable(ends.get(end)), first))));
    noteUnreadable();
    return new Observation(
        node,
        netlink.neighbours(),
        forwarding(node),
        seen,
        wireless(),
        softChecksum(node),
        Sysctls.hasIpv6(),
        sysctls.kept(),
        setting(ARP_IGNORE),
        Map.of(
            Item.Setting.FORWARD_IPV4, setting(Item.Setting.FORWARD_IPV4),
            Item.Setting.FORWARD_IPV6, setting(Item.Setting.FORWARD_IPV6)));
  }

  /** An error in a sandbox is its own: the sandbox counts as unreadable. */
  private static Observation.Sight look(String file, Function<Netlink, Observation.View> read) {
    Optional<SandboxHandle> opened;
    try {
      opened = SandboxHandle.open(file);
    } catch (NetlinkException noDescriptorLeft) {
      return Observation.Sight.unreadable(noDescriptorLeft);
    }
    if (opened.isEmpty()) {
      return Observation.Sight.GONE;
    }
    try (SandboxHandle sandbox = opened.get()) {
      return Observation.Sight.of(read.apply(sandbox.netlink()));
    } catch (RuntimeException e) {
      return Observation.Sight.unreadable(e);
    }
  }

  /** The same through the handle that changes will be made with. */
  public Observation.Sight glance(String file, Function<Netlink, Observation.View> read) {
    Optional<SandboxHandle> sandbox;
    try {
      sandbox = enter(file);
    } catch (NetlinkException noDescriptorLeft) {
      return Observation.Sight.unreadable(noDescriptorLeft);
    }
    if (sandbox.isEmpty()) {
      return Observation.Sight.GONE;
    }
    try {
      return Observation.Sight.of(read.apply(sandbox.get().netlink()));
    } catch (RuntimeException e) {
      entered.remove(file);
      sandbox.get().close();
      return Observation.Sight.unreadable(e);
    }
  }

  /**
   * The entries of bridges that learn nothing: what others have learned may be a flood of addresses
   * that a sandbox made up.
   */
  private List<FdbEntry> forwarding(Observation.View node) {
    Set<Integer> bridges = new TreeSet<>();
    List<FdbEntry> entries = new ArrayList<>();
    for (Link link : node.links()) {
      BridgePort port = link.port();
      boolean tunnel = link.kind() instanceof LinkKind.Vxlan;
      boolean still = port != null && Boolean.FALSE.equals(port.learning());
      if (Owner.of(link).isPresent() && (tunnel || still)) {
        if (link.master() != 0) {
          bridges.add(link.master());
        } else {
          entries.addAll(netlink.fdb(link.index()));
        }
      }
    }
    bridges.forEach(bridge -> entries.addAll(netlink.fdbOfBridge(bridge)));
    return entries;
  }

  private void noteUnreadable() {
    Netlink.unreadableReasons()
        .forEach((kind, why) -> {
          if (noted.add(kind)) {
            LOG.atWarn().log("skipped an entry that cannot be decoded, in '{}': {}", kind, why);
          }
        });
  }

  private Set<Integer> softChecksum(Observation.View node) {
    Set<Integer> soft = new HashSet<>();
    for (Link link : node.links()) {
      if (link.kind() instanceof LinkKind.Vxlan
          && Owner.of(link).isPresent()
          && !txChecksum(link.index())) {
        soft.add(link.index());
      }
    }
    return soft;
  }

  /**
   * The chains of others for forwarded packets.
   *
   * @throws NftablesException if they cannot be listed
   */
  public ForwardChains forwardChains() {
    return ForwardChains.of(nftables());
  }

  /** Whether a device leaves checksums to the card; so it does where the kernel cannot say. */
  public boolean txChecksum(int link) {
    try {
      return ethtool().txChecksum(link);
    } catch (NetlinkException gone) {
      return true;
    }
  }

  /** Has a device leave checksums to the card, or not. */
  public void txChecksum(int link, boolean on) {
    ethtool().txChecksum(link, on);
  }

  private Ethtool ethtool() {
    if (ethtool == null) {
      ethtool = Ethtool.open(namespace);
    }
    return ethtool;
  }

  /**
   * A sandbox, which stays entered until it is left; empty if it is no namespace (any more).
   *
   * @throws NetlinkException if this process has no file descriptor left
   */
  public Optional<SandboxHandle> enter(String file) {
    return entered.computeIfAbsent(file, SandboxHandle::open);
  }

  /** How many sandboxes are entered. */
  public int entered() {
    return entered.size();
  }

  /** Leaves all sandboxes but these. */
  public void leaveAllBut(Set<String> files) {
    entered
        .entrySet()
        .removeIf(entry -> {
          if (files.contains(entry.getKey())) {
            return false;
          }
          entry.getValue().ifPresent(SandboxHandle::close);
          return true;
        });
  }

  /** Removes the IPv6 addresses that the kernel has given a device by itself. */
  public void forgetLinkLocal(int link) {
    netlink.addresses().stream()
        .filter(each -> each.link() == link && each.scope() == Scope.LINK)
        .filter(each -> each.prefix().address() instanceof Inet6Address)
        .forEach(netlink::addressDelete);
  }

  /** Removes the routes that routers have advertised on a device. */
  public void forgetRouters(int link) {
    List<IpPrefix> connected =
        netlink.addresses().stream()
            .filter(address -> address.link() == link)
            .map(address -> address.prefix().network())
            .toList();
    netlink.routes().stream()
        .filter(route -> route.link() == link && isAdvertised(route, connected))
        .forEach(netlink::routeDelete);
  }

  /** The kernel counts a prefix on the wire as its own route, like that of an address it has. */
  private static boolean isAdvertised(Route route, List<IpPrefix> connected) {
    IpPrefix to = route.destination();
    return route.protocol() == ADVERTISED
        || (route.protocol() == CONNECTED
            && route.table() == Route.MAIN
            && to.address() instanceof Inet6Address
            && !to.address().isLinkLocalAddress()
            && !to.address().isMulticastAddress()
            && !connected.contains(to));
  }

  /** Has a device of the node behave so, as far as it has IPv6; the rest is netlink's. */
  public void settle(String device, IpConf conf) {
    sysctls.settle(device, conf);
  }

  /** Has a device of the node have IPv6, where the node has it. */
  public void enableIpv6(String device) {
    Sysctls.enableIpv6(namespace, device);
  }

  /** The value of a setting below {@code /proc/sys}; empty if the kernel has none. */
  public String setting(String path) {
    return sysctls.get(path);
  }

  /** Changes a setting of the node as a whole, and notes what it was. */
  public void set(String path, String value) {
    sysctls.set(path, value);
  }

  /** Gives a setting its former value, unless it was changed since. */
  public void undo(String path) {
    sysctls.undo(path);
  }

  private Set<String> wireless() {
    Set<String> names = new HashSet<>();
    namespace
        .call(() -> Sysctls.read(Path.of("/proc/thread-self/net/wireless")))
        .lines()
        .skip(2)
        .filter(line -> line.contains(":"))
        .forEach(line -> names.add(line.substring(0, line.indexOf(':')).strip()));
    return names;
  }

  @Override
  public void close() {
    espPorts.close();
    leaveAllBut(Set.of());
    if (nftables != null) {
      nftables.close();
    }
    if (ethtool != null) {
      ethtool.close();
    }
    if (xfrm != null) {
      xfrm.close();
    }
    netlink.close();
    namespace.close();
  }
}
