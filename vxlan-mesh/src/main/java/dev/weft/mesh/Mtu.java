package dev.weft.mesh;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * Computes the MTU inside a tunnel. All sizes count the IP packet without the Ethernet header, as
 * {@code IFLA_MTU} does.
 */
public final class Mtu {

  /** Minimum MTU of a network with IPv6 (RFC 8200, section 5). */
  public static final int MINIMUM_IPV6 = 1280;

  /** Minimum MTU of a network with IPv4 only (RFC 791). */
  public static final int MINIMUM_IPV4 = 68;

  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int UDP_HEADER = 8;
  private static final int VXLAN_HEADER = 8;
  private static final int INNER_ETHERNET_HEADER = 14;
  private static final int ESP_HEADER_IV_ICV = 8 + 8 + 16;
  private static final int ESP_PAD_LENGTH_NEXT_HEADER = 2;
  private static final int ESP_ALIGNMENT = 4;

  private Mtu() {}

  /** The underlay's IP version. */
  public enum Family {
    IPV4(IPV4_HEADER),
    IPV6(IPV6_HEADER);

    private final int header;

    Family(int header) {
      this.header = header;
    }

    /** The version of a VTEP's address. */
    public static Family of(InetAddress vtep) {
      return vtep instanceof Inet4Address ? IPV4 : IPV6;
    }
  }

  /**
   * The largest overlay MTU with which packets cross the underlay unfragmented.
   *
   * @param underlay MTU of the interface that holds the VTEP's address
   * @return the MTU; below {@link #MINIMUM_IPV4} or negative if the underlay has no room
   */
  public static int overlay(int underlay, Family family, Encapsulation encapsulation) {
    int payload = underlay - family.header;
    int tunnelled =
        switch (encapsulation) {
          case VXLAN -> payload;
          case VXLAN_IN_ESP -> insideEsp(payload);
          case VXLAN_IN_ESP_IN_UDP -> insideEsp(payload - UDP_HEADER);
        };
    return tunnelled - UDP_HEADER - VXLAN_HEADER - INNER_ETHERNET_HEADER;
  }

  private static int insideEsp(int payload) {
    int encrypted = Math.floorDiv(payload - ESP_HEADER_IV_ICV, ESP_ALIGNMENT) * ESP_ALIGNMENT;
    return encrypted - ESP_PAD_LENGTH_NEXT_HEADER;
  }
}
