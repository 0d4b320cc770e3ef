package dev.weft.netlink.rtnl;

import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetworkNamespace;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a link of any kind, at creation and later. {@code null} (an empty map) leaves a
 * setting as it is; for a new link the kernel chooses it.
 *
 * @param up whether the link is administratively up ({@code IFF_UP})
 * @param mtu largest payload in bytes ({@code IFLA_MTU})
 * @param alias free text of up to 255 bytes, empty to clear it ({@code IFLA_IFALIAS})
 * @param address the link's own MAC address ({@code IFLA_ADDRESS})
 * @param master index of the bridge to be a port of, 0 for none ({@code IFLA_MASTER})
 * @param txQueueLength packets the queue holds ({@code IFLA_TXQLEN})
 * @param group a number that links may share, 0 by default ({@code IFLA_GROUP}); unlike an alias,
 *     the kernel accepts it in the request that creates a link
 * @param namespace where the link is created, or moved to ({@code IFLA_NET_NS_FD}); it must stay
 *     open until the request is done
 * @param port options as a bridge's port ({@code IFLA_INFO_SLAVE_DATA}); the link must have a
 *     master, or get one by the same request
 * @param ipv4 IPv4 settings ({@code IFLA_AF_SPEC}, {@code IFLA_INET_CONF})
 * @param addressGeneration how the link gets its IPv6 link-local address ({@code
 *     IFLA_INET6_ADDR_GEN_MODE})
 */
public record LinkSettings(
    @Nullable Boolean up,
    @Nullable Integer mtu,
    @Nullable String alias,
    @Nullable MacAddress address,
    @Nullable Integer master,
    @Nullable Integer txQueueLength,
    @Nullable Integer group,
    @Nullable NetworkNamespace namespace,
    @Nullable BridgePort port,
    Map<Ipv4Conf, Integer> ipv4,
    @Nullable AddressGeneration addressGeneration) {

  /** Changes nothing. */
  public static final LinkSettings NONE = builder().build();

  /** How the kernel makes IPv6 link-local addresses ({@code IN6_ADDR_GEN_MODE_*}). */
  public enum AddressGeneration {
    /** From the MAC address. */
    EUI64(0),
    /** None is made. */
    NONE(1),
    /** From a secret, stable for each network (RFC 7217). */
    STABLE_PRIVACY(2),
    /** At random. */
    RANDOM(3);

    final int code;

    AddressGeneration(int code) {
      this.code = code;
    }
  }

  /** Rejects an alias that is too long. */
  public LinkSettings {
    if (alias != null && alias.getBytes(StandardCharsets.UTF_8).length >= IfLinkH.IFALIASZ) {
      throw new IllegalArgumentException(
          "a link's alias has up to 255 bytes, this one has %d characters"
              .formatted(alias.length()));
    }
    ipv4 = Map.copyOf(ipv4);
  }

  /**
   * Whether it holds settings that the kernel ignores at creation, so that a second message must
   * set them.
   */
  boolean needsSecondStep() {
    return alias != null || port != null || !ipv4.isEmpty() || addressGeneration != null;
  }

  /** A builder that changes nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the settings to change. */
  public static final class Builder {
    private @Nullable Boolean up;
    private @Nullable Integer mtu;
    private @Nullable String alias;
    private @Nullable MacAddress address;
    private @Nullable Integer master;
    private @Nullable Integer txQueueLength;
    private @Nullable Integer group;
    private @Nullable NetworkNamespace namespace;
    private @Nullable BridgePort port;
    private final Map<Ipv4Conf, Integer> ipv4 = new EnumMap<>(Ipv4Conf.class);
    private @Nullable AddressGeneration addressGeneration;

    private Builder() {}

    /** {@link LinkSettings#up()}. */
    public Builder up(boolean value) {
      up = value;
      return this;
    }

    /** {@link LinkSettings#mtu()}. */
    public Builder mtu(int bytes) {
      mtu = bytes;
      return this;
    }

    /** {@link LinkSettings#alias()}. */
    public Builder alias(String text) {
      alias = text;
      return this;
    }

    /** {@link LinkSettings#address()}. */
    public Builder address(MacAddress mac) {
      address = mac;
      return this;
    }

    /** {@link LinkSettings#master()}. */
    public Builder master(int index) {
      master = index;
      return this;
    }

    /** {@link LinkSettings#master()}: leave the bridge. */
    public Builder noMaster() {
      return master(0);
    }

    /** {@link LinkSettings#txQueueLength()}. */
    public Builder txQueueLength(int packets) {
      txQueueLength = packets;
      return this;
    }

    /** {@link LinkSettings#group()}. */
    public Builder group(int number) {
      group = number;
      return this;
    }

    /** {@link LinkSettings#namespace()}. */
    public Builder namespace(NetworkNamespace target) {
      namespace = target;
      return this;
    }

    /** {@link LinkSettings#port()}. */
    public Builder port(BridgePort options) {
      port = options;
      return this;
    }

    /** {@link LinkSettings#ipv4()}. */
    public Builder ipv4(Ipv4Conf setting, int value) {
      ipv4.put(setting, value);
      return this;
    }

    /** {@link LinkSettings#addressGeneration()}. */
    public Builder addressGeneration(AddressGeneration mode) {
      addressGeneration = mode;
      return this;
    }

    /** The settings collected so far. */
    public LinkSettings build() {
      return new LinkSettings(
          up,
          mtu,
          alias,
          address,
          master,
          txQueueLength,
          group,
          namespace,
          port,
          ipv4,
          addressGeneration);
    }
  }
}
