package dev.weft.netlink.rtnl;

import dev.weft.netlink.Ipv6Conf;
import dev.weft.netlink.MacAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network device as the kernel reports it ({@code RTM_NEWLINK}, {@code linux/if_link.h}).
 *
 * @param index the device's number in its namespace, from 1
 * @param name its name ({@code IFLA_IFNAME})
 * @param kind its kind, with the options of the kind
 * @param mtu largest payload in bytes
 * @param alias free text, empty if there is none ({@code IFLA_IFALIAS})
 * @param address its MAC address, {@code null} if it has none or one of another length
 * @param permanentAddress the MAC address of the hardware ({@code IFLA_PERM_ADDRESS})
 * @param master index of the bridge (or other device) it is a port of, 0 if none
 * @param parent index of the device below, or of a veth's peer; 0 if none ({@code IFLA_LINK})
 * @param parentNamespace id of the namespace the parent lives in, -1 if it is this one ({@code
 *     IFLA_LINK_NETNSID})
 * @param flags {@code IFF_*} of {@code linux/if.h}
 * @param promiscuity how many users want every frame ({@code IFLA_PROMISCUITY})
 * @param carrier whether the wire below works ({@code IFLA_CARRIER})
 * @param txQueueLength packets the queue holds
 * @param group a number that links may share, 0 if none was given ({@code IFLA_GROUP})
 * @param port options as a bridge's port, {@code null} if it is none
 * @param ipv4 IPv4 settings in force, empty where the kernel reports none
 * @param ipv6 IPv6 settings in force, empty where the link has no IPv6: the node has none, or the
 *     MTU is below 1280
 * @param addressGeneration how the kernel makes IPv6 link-local addresses, if the link has IPv6
 */
public record Link(
    int index,
    String name,
    LinkKind kind,
    int mtu,
    String alias,
    @Nullable MacAddress address,
    @Nullable MacAddress permanentAddress,
    int master,
    int parent,
    int parentNamespace,
    int flags,
    int promiscuity,
    boolean carrier,
    int txQueueLength,
    int group,
    @Nullable BridgePort port,
    Map<Ipv4Conf, Integer> ipv4,
    Map<Ipv6Conf, Integer> ipv6,
    LinkSettings.@Nullable AddressGeneration addressGeneration) {
  private static final int IFF_UP = 1;
  private static final int IFF_LOOPBACK = 0x8;
  private static final int IFF_PROMISC = 0x100;
  private static final int IFF_LOWER_UP = 0x10000;

  /** Keeps its own copies of the maps. */
  public Link {
    ipv4 = Map.copyOf(ipv4);
    ipv6 = Map.copyOf(ipv6);
  }

  /** Whether it is administratively up ({@code IFF_UP}). */
  public boolean isUp() {
    return (flags & IFF_UP) != 0;
  }

  /** Whether the wire below is up as well ({@code IFF_LOWER_UP}). */
  public boolean isLowerUp() {
    return (flags & IFF_LOWER_UP) != 0;
  }

  /** Whether a user switched on promiscuous mode ({@code IFF_PROMISC}). */
  public boolean isPromiscuous() {
    return (flags & IFF_PROMISC) != 0;
  }

  /** Whether it is the loopback device ({@code IFF_LOOPBACK}). */
  public boolean isLoopback() {
    return (flags & IFF_LOOPBACK) != 0;
  }
}
