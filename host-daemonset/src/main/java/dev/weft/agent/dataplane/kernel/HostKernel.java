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

/** The node's kernel: reads the relevant state, and enters sandboxes. */
public final class HostKernel implements AutoCloseable {
  /** Applies to all devices; the kernel uses the maximum of this and a device's own value. */
  private static final String ARP_IGNORE = "net/ipv4/conf/all/arp_ignore";

  private static final Logger LOG = LoggerFactory.getLogger(HostKernel.class);

  /** Protocol number of Weft's routes ({@code RTA_PROTOCOL}; the letter W). */
  public static final int ROUTE_PROTOCOL = 87;

  /** Protocol number of routes from router advertisements ({@code RTPROT_RA}). */
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
   * Opens a node's kernel.
   *
   * @param settings records changes of the node's settings
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
      // Retried and reported when a network needs it.
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
   * Returns the nftables handle.
   *
   * @throws NftablesException if libnftables is missing
   */
  public Nftables nftables() {
    if (nftables == null) {
      nftables = Nftables.open(namespace);
    }
    return nftables;
  }

  /**
   * Returns the IPsec handle.
   *
   * @throws NetlinkException if the kernel lacks IPsec
   */
  public Xfrm xfrm() {
    if (xfrm == null) {
      xfrm = Xfrm.open(namespace);
    }
    return xfrm;
  }

  /** Reads the IPsec tables; empty if the kernel lacks IPsec. */
  public IpsecTables ipsec() {
    Xfrm tables;
    try {
      tables = xfrm();
    } catch (NetlinkException absent) {
      return IpsecTables.EMPTY;
    }
    return new IpsecTables(tables.states(), tables.policies(), espPorts.items());
  }

  /** The UDP ports that receive ESP. */
  public EspPorts espPorts() {
    return espPorts;
  }

  /**
   * Reads everything.
   *
   * @param sandboxes Weft's expected interfaces in each sandbox, by file
   * @param first whether this is the process's first read
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

  /** Reads a sandbox; if that fails, only this sandbox counts as unreadable. */
  static Observation.Sight look(String file, Function<Netlink, Observation.View> read) {
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

  /** Reads a sandbox through the handle that its changes will use. */
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
   * Reads the entries of Weft's ports without learning. Learned entries may be a flood of addresses
   * that a sandbox invented.
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
   * Lists other programs' chains for forwarded packets.
   *
   * @throws NftablesException if nft cannot list them
   */
  public ForwardChains forwardChains() {
    return ForwardChains.of(nftables());
  }

  /** Whether the underlying card computes a device's checksums; true if the kernel does not say. */
  public boolean txChecksum(int link) {
    try {
      return ethtool().txChecksum(link);
    } catch (NetlinkException gone) {
      return true;
    }
  }

  /** Switches checksum offload of a device on or off. */
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
   * Enters a sandbox until {@link #leaveAllBut} leaves it; empty if the file is no namespace any
   * more.
   *
   * @throws NetlinkException if this process has no file descriptor left
   */
  public Optional<SandboxHandle> enter(String file) {
    return entered.computeIfAbsent(file, SandboxHandle::open);
  }

  /** Files of the entered sandboxes. */
  public Set<String> entered() {
    return Set.copyOf(entered.keySet());
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

  /** Removes the IPv6 addresses that the kernel generated for a device. */
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

  /**
   * The kernel installs an advertised prefix as a route of its own, like that of a local address.
   */
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

  /** Applies the IPv6 settings of a node's device; netlink sets the others. */
  public void settle(String device, IpConf conf) {
    sysctls.settle(device, conf);
  }

  /** Enables IPv6 on a device of the node, if the node has IPv6. */
  public void enableIpv6(String device) {
    Sysctls.enableIpv6(namespace, device);
  }

  /** The value of a setting below {@code /proc/sys}; empty if the kernel lacks it. */
  public String setting(String path) {
    return sysctls.get(path);
  }

  /** Changes a setting of the whole node, and records its earlier value. */
  public void set(String path, String value) {
    sysctls.set(path, value);
  }

  /** Restores a setting, unless another program changed it since. */
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
