package dev.weft.api;

import java.util.List;

/** Values of absent spec fields. The schema sets no default, so stored objects stay as applied. */
public final class Defaults {
  public static final String INTERFACE_PREFIX = "eth";

  /** For containers of an engine, which numbers only its own {@code eth} interfaces. */
  public static final String CONTAINER_INTERFACE_PREFIX = "weft";

  public static final GatewayMode GATEWAY_MODE = GatewayMode.NAT;
  public static final MacvlanMode MACVLAN_MODE = MacvlanMode.BRIDGE;

  /**
   * UDP port of tunnels that are not encrypted. IANA assigns it to nobody. Docker Swarm and Calico
   * use VXLAN's own 4789, and Flannel and Cilium the kernel's 8472.
   */
  public static final int CLEAR_PORT = 4795;

  /** UDP port of encrypted tunnels. */
  public static final int ENCRYPTED_PORT = 4790;

  /** UDP port of ESP inside UDP; assigned to it by RFC 3948. */
  public static final int IPSEC_PORT = 4500;

  /** The lowest VXLAN network identifier that is accepted. */
  public static final int FIRST_VNI = 4096;

  /** The lowest one that Weft chooses; Docker Swarm and Calico begin at 4096, others lower. */
  public static final int FIRST_CHOSEN_VNI = 10_000_000;

  /** The highest VXLAN network identifier: 24 bits (RFC 7348 section 5). */
  public static final int LAST_VNI = 0xff_ffff;

  /** Share of a network's nodes that a rollout may take out of service at a time. */
  public static final String MAX_UNAVAILABLE = "25%";

  /**
   * Blocks that no distribution, network plug-in, cloud or engine uses by default. The first is
   * reserved for benchmarks (RFC 2544), so no LAN and no Internet route uses it. The second is the
   * part of 10.0.0.0/8 that the others leave free.
   */
  public static final List<AddressPool> ADDRESS_POOLS =
      List.of(
          AddressPoolBuilder.builder().cidr("198.18.0.0/15").size(24).build(),
          AddressPoolBuilder.builder().cidr("10.112.0.0/12").size(24).build());

  private Defaults() {}
}
