package dev.weft.agent.dataplane.model;

import dev.weft.netlink.Ipv6Conf;
import dev.weft.netlink.rtnl.Ipv4Conf;
import dev.weft.netlink.rtnl.Link;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * IP settings of a device. A desired value contains only the settings that matter, an observed one
 * all of a family. The node's settings for all devices are not included.
 */
public record IpConf(Map<Ipv4Conf, Integer> ipv4, Map<Ipv6Conf, Integer> ipv6) {
  private static final int LOOSE = 2;

  /** {@code IN6_ADDR_GEN_MODE_NONE}. */
  private static final int NO_LINK_LOCAL = 1;

  /**
   * Settings of an interface in a sandbox. With several interfaces, answers may leave by another
   * one. A sandbox inherits the node's defaults for new devices, which may be stricter.
   */
  public static final IpConf SANDBOX =
      new IpConf(
          Map.of(Ipv4Conf.RP_FILTER, LOOSE, Ipv4Conf.ARP_IGNORE, 0, Ipv4Conf.ARP_ANNOUNCE, 0),
          Map.of(Ipv6Conf.ACCEPT_RA, 0));

  /**
   * Accepts no route, address or redirect from the wire, because tenants and other machines send
   * there.
   */
  public static final IpConf QUIET =
      new IpConf(
          Map.of(Ipv4Conf.ACCEPT_REDIRECTS, 0),
          Map.of(
              Ipv6Conf.ACCEPT_RA, 0,
              Ipv6Conf.AUTOCONF, 0,
              Ipv6Conf.ACCEPT_REDIRECTS, 0,
              Ipv6Conf.ADDR_GEN_MODE, NO_LINK_LOCAL));

  public IpConf {
    ipv4 = Map.copyOf(ipv4);
    ipv6 = Map.copyOf(ipv6);
  }

  public static IpConf of(Link link) {
    return new IpConf(link.ipv4(), link.ipv6());
  }

  /**
   * Returns the settings of a device by which others reach the node. It answers ARP for any local
   * address, and accepts packets whose route back uses another device, even if the node's defaults
   * are stricter.
   */
  public IpConf reachable() {
    return with(
        Map.of(Ipv4Conf.RP_FILTER, LOOSE, Ipv4Conf.ARP_IGNORE, 0, Ipv4Conf.ARP_ANNOUNCE, 0),
        Map.of());
  }

  /** Returns the settings of a device for which the node forwards packets. */
  public IpConf forwarding(boolean ofIpv4, boolean ofIpv6) {
    return with(
        ofIpv4 ? Map.of(Ipv4Conf.FORWARDING, 1) : Map.of(),
        ofIpv6 ? Map.of(Ipv6Conf.FORWARDING, 1) : Map.of());
  }

  private IpConf with(Map<Ipv4Conf, Integer> more4, Map<Ipv6Conf, Integer> more6) {
    Map<Ipv4Conf, Integer> all4 = new EnumMap<>(Ipv4Conf.class);
    all4.putAll(ipv4);
    all4.putAll(more4);
    Map<Ipv6Conf, Integer> all6 = new EnumMap<>(Ipv6Conf.class);
    all6.putAll(ipv6);
    all6.putAll(more6);
    return new IpConf(all4, all6);
  }

  /**
   * Whether no change is needed to reach {@code desired}. A family that the device lacks needs
   * none.
   */
  public boolean meets(IpConf desired) {
    return meets(ipv4, desired.ipv4) && meets(ipv6, desired.ipv6);
  }

  /** Whether routers on the device's wire can give the node routes. */
  public boolean takesAdvertisements() {
    return ipv6.getOrDefault(Ipv6Conf.ACCEPT_RA, 0) != 0;
  }

  /** Whether the kernel generates no link-local address for the device. */
  public boolean isWithoutLinkLocal() {
    return Integer.valueOf(NO_LINK_LOCAL).equals(ipv6.get(Ipv6Conf.ADDR_GEN_MODE));
  }

  private static <K> boolean meets(Map<K, Integer> present, Map<K, Integer> desired) {
    return desired.entrySet().stream()
        .allMatch(
            each -> each.getValue().equals(present.getOrDefault(each.getKey(), each.getValue())));
  }

  /** Describes the differences from {@code desired}. */
  String difference(IpConf desired) {
    Map<String, Integer> other = new TreeMap<>();
    desired.ipv4.forEach((key, value) -> note(other, "ipv4", key, ipv4.get(key), value));
    desired.ipv6.forEach((key, value) -> note(other, "ipv6", key, ipv6.get(key), value));
    return other.toString();
  }

  private static void note(
      Map<String, Integer> other,
      String family,
      Enum<?> key,
      @org.jspecify.annotations.Nullable Integer present,
      Integer desired) {
    if (present != null && !present.equals(desired)) {
      other.put(family + "." + key.name().toLowerCase(java.util.Locale.ROOT), present);
    }
  }
}
