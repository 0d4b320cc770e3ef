package dev.weft.netlink.rtnl;

import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The kind of a link, with the options that only this kind has ({@code linux/if_link.h}, {@code
 * IFLA_LINKINFO}). {@code null} leaves an option to the kernel; in an answer it means that this
 * kernel does not report it.
 */
public sealed interface LinkKind {
  /** The kernel's name of the kind ({@code IFLA_INFO_KIND}), empty for hardware and loopback. */
  String name();

  /**
   * A bridge.
   *
   * @param stp whether it speaks the spanning tree protocol ({@code IFLA_BR_STP_STATE})
   * @param vlanFiltering whether it looks at 802.1Q tags ({@code IFLA_BR_VLAN_FILTERING})
   * @param multicastSnooping whether it follows IGMP and MLD ({@code IFLA_BR_MCAST_SNOOPING})
   * @param ageing how long learned addresses live, in steps of 10 ms ({@code IFLA_BR_AGEING_TIME})
   * @param forwardDelay time spent listening and learning, in steps of 10 ms ({@code
   *     IFLA_BR_FORWARD_DELAY})
   * @param linkLocalLearning whether it learns from frames to itself, such as LLDP's ({@code
   *     IFLA_BR_MULTI_BOOLOPT}, {@code BR_BOOLOPT_NO_LL_LEARN}, Linux 5.0)
   */
  record Bridge(
      @Nullable Boolean stp,
      @Nullable Boolean vlanFiltering,
      @Nullable Boolean multicastSnooping,
      @Nullable Duration ageing,
      @Nullable Duration forwardDelay,
      @Nullable Boolean linkLocalLearning)
      implements LinkKind {
    /** A bridge with the kernel's defaults. */
    public Bridge() {
      this(null, null, null, null, null, null);
    }

    @Override
    public String name() {
      return "bridge";
    }

    /** The same bridge with the spanning tree protocol on or off. */
    public Bridge withStp(boolean value) {
      return new Bridge(
          value, vlanFiltering, multicastSnooping, ageing, forwardDelay, linkLocalLearning);
    }

    /** The same bridge with 802.1Q filtering on or off. */
    public Bridge withVlanFiltering(boolean value) {
      return new Bridge(stp, value, multicastSnooping, ageing, forwardDelay, linkLocalLearning);
    }

    /** The same bridge with multicast snooping on or off. */
    public Bridge withMulticastSnooping(boolean value) {
      return new Bridge(stp, vlanFiltering, value, ageing, forwardDelay, linkLocalLearning);
    }

    /** The same bridge with another life time of learned addresses. */
    public Bridge withAgeing(Duration value) {
      return new Bridge(
          stp, vlanFiltering, multicastSnooping, value, forwardDelay, linkLocalLearning);
    }

    /** The same bridge with another forward delay. */
    public Bridge withForwardDelay(Duration value) {
      return new Bridge(stp, vlanFiltering, multicastSnooping, ageing, value, linkLocalLearning);
    }

    /** The same bridge with learning from frames to itself on or off. */
    public Bridge withLinkLocalLearning(boolean value) {
      return new Bridge(stp, vlanFiltering, multicastSnooping, ageing, forwardDelay, value);
    }
  }

  /**
   * A VXLAN tunnel end point (RFC 7348).
   *
   * @param vni the VXLAN network identifier, 0 to 2^24-1 ({@code IFLA_VXLAN_ID})
   * @param local source address of the tunnel; its family is the underlay's ({@code
   *     IFLA_VXLAN_LOCAL}, {@code IFLA_VXLAN_LOCAL6})
   * @param port UDP destination port ({@code IFLA_VXLAN_PORT}); the kernel's own default is 8472
   * @param learning whether peers are learned from received frames ({@code IFLA_VXLAN_LEARNING})
   * @param parent index of the device the tunnel is bound to ({@code IFLA_VXLAN_LINK})
   * @param ttl of the outer packet, 0 to inherit ({@code IFLA_VXLAN_TTL})
   * @param dontFragment the outer packet's flag ({@code IFLA_VXLAN_DF})
   * @param udpChecksum whether IPv4 packets carry a UDP checksum ({@code IFLA_VXLAN_UDP_CSUM})
   * @param zeroChecksum6Tx whether IPv6 packets are sent without one ({@code
   *     IFLA_VXLAN_UDP_ZERO_CSUM6_TX})
   * @param zeroChecksum6Rx whether IPv6 packets without one are accepted ({@code
   *     IFLA_VXLAN_UDP_ZERO_CSUM6_RX})
   */
  record Vxlan(
      int vni,
      @Nullable InetAddress local,
      @Nullable Integer port,
      @Nullable Boolean learning,
      @Nullable Integer parent,
      @Nullable Integer ttl,
      @Nullable DontFragment dontFragment,
      @Nullable Boolean udpChecksum,
      @Nullable Boolean zeroChecksum6Tx,
      @Nullable Boolean zeroChecksum6Rx)
      implements LinkKind {
    @Override
    public String name() {
      return "vxlan";
    }

    /** A builder that leaves all but the identifier to the kernel. */
    public static Builder vni(int vni) {
      return new Builder(vni);
    }

    /** The outer packet's don't-fragment flag ({@code enum ifla_vxlan_df}). */
    public enum DontFragment {
      /** Off. */
      UNSET(0),
      /** On. */
      SET(1),
      /** As in the inner packet. */
      INHERIT(2);

      final int code;

      DontFragment(int code) {
        this.code = code;
      }
    }

    /** Collects the options of a VXLAN device. */
    public static final class Builder {
      private final int vni;
      private @Nullable InetAddress local;
      private @Nullable Integer port;
      private @Nullable Boolean learning;
      private @Nullable Integer parent;
      private @Nullable Integer ttl;
      private @Nullable DontFragment dontFragment;
      private @Nullable Boolean udpChecksum;
      private @Nullable Boolean zeroChecksum6Tx;
      private @Nullable Boolean zeroChecksum6Rx;

      private Builder(int vni) {
        this.vni = vni;
      }

      /** {@link Vxlan#local()}. */
      public Builder local(InetAddress address) {
        local = address;
        return this;
      }

      /** {@link Vxlan#port()}. */
      public Builder port(int udpPort) {
        port = udpPort;
        return this;
      }

      /** {@link Vxlan#learning()}. */
      public Builder learning(boolean value) {
        learning = value;
        return this;
      }

      /** {@link Vxlan#parent()}. */
      public Builder parent(int index) {
        parent = index;
        return this;
      }

      /** {@link Vxlan#ttl()}. */
      public Builder ttl(int hops) {
        ttl = hops;
        return this;
      }

      /** {@link Vxlan#dontFragment()}. */
      public Builder dontFragment(DontFragment value) {
        dontFragment = value;
        return this;
      }

      /** {@link Vxlan#udpChecksum()}. */
      public Builder udpChecksum(boolean value) {
        udpChecksum = value;
        return this;
      }

      /** {@link Vxlan#zeroChecksum6Tx()}. */
      public Builder zeroChecksum6Tx(boolean value) {
        zeroChecksum6Tx = value;
        return this;
      }

      /** {@link Vxlan#zeroChecksum6Rx()}. */
      public Builder zeroChecksum6Rx(boolean value) {
        zeroChecksum6Rx = value;
        return this;
      }

      /** The kind with the options collected so far. */
      public Vxlan build() {
        return new Vxlan(
            vni,
            local,
            port,
            learning,
            parent,
            ttl,
            dontFragment,
            udpChecksum,
            zeroChecksum6Tx,
            zeroChecksum6Rx);
      }
    }
  }

  /**
   * One end of a veth pair.
   *
   * @param peer the other end, created with this one; {@code null} in an answer, where {@link
   *     Link#parent()} is the peer's index
   */
  record Veth(@Nullable Peer peer) implements LinkKind {
    /** A veth pair; its peer gets this name in the same namespace. */
    public Veth(String peerName) {
      this(new Peer(peerName, LinkSettings.NONE));
    }

    /** A veth pair; its peer gets this name and these settings. */
    public Veth(String peerName, LinkSettings settings) {
      this(new Peer(peerName, settings));
    }

    @Override
    public String name() {
      return "veth";
    }

    /**
     * The other end of a new veth pair.
     *
     * @param name its name
     * @param settings only mtu, address, txQueueLength, group and namespace; it cannot come up
     *     before its other end exists
     */
    public record Peer(String name, LinkSettings settings) {
      /** Rejects settings that the kernel ignores or refuses for a new peer. */
      public Peer {
        LinkSpec.requireName(name);
        if (settings.needsSecondStep() || settings.master() != null || settings.up() != null) {
          throw new IllegalArgumentException(
              "the peer '%s' can be made with mtu, address, txQueueLength, group and namespace only; set the rest by a LinkChange"
                  .formatted(name));
        }
      }
    }
  }

  /**
   * A macvlan device: it has its own MAC address and sends through its parent.
   *
   * @param parent index of the device below ({@code IFLA_LINK})
   * @param mode who may talk to whom ({@code IFLA_MACVLAN_MODE})
   */
  record Macvlan(int parent, Mode mode) implements LinkKind {
    @Override
    public String name() {
      return "macvlan";
    }

    /** Which devices may talk to each other ({@code enum macvlan_mode}). */
    public enum Mode {
      /** Siblings never reach each other. */
      PRIVATE(1),
      /** Siblings reach each other through the switch outside. */
      VEPA(2),
      /** Siblings reach each other directly. */
      BRIDGE(4),
      /** One child that takes over the parent. */
      PASSTHRU(8),
      /** Only listed source addresses are received. */
      SOURCE(16);

      final int code;

      Mode(int code) {
        this.code = code;
      }
    }
  }

  /**
   * An 802.1Q sub-interface.
   *
   * @param parent index of the device below ({@code IFLA_LINK})
   * @param id VLAN identifier, 1 to 4094 ({@code IFLA_VLAN_ID})
   */
  record Vlan(int parent, int id) implements LinkKind {
    @Override
    public String name() {
      return "vlan";
    }
  }

  /** A device that drops every packet sent to it. */
  record Dummy() implements LinkKind {
    @Override
    public String name() {
      return "dummy";
    }
  }

  /**
   * Any other kind; can be read but not created.
   *
   * @param name the kernel's name of the kind, empty where it has none (hardware, loopback)
   */
  record Other(String name) implements LinkKind {}
}
