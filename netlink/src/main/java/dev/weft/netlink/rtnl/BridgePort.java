package dev.weft.netlink.rtnl;

import org.jspecify.annotations.Nullable;

/**
 * Bridge port options of a link ({@code linux/if_link.h}, {@code IFLA_BRPORT_*}). In a change
 * {@code null} leaves an option as it is; in an answer it means that this kernel does not know the
 * option.
 *
 * @param learning whether source addresses are learned ({@code IFLA_BRPORT_LEARNING})
 * @param unicastFlood whether frames to unknown unicast addresses leave here ({@code
 *     IFLA_BRPORT_UNICAST_FLOOD})
 * @param multicastFlood the same for unregistered multicast ({@code IFLA_BRPORT_MCAST_FLOOD})
 * @param broadcastFlood the same for broadcast ({@code IFLA_BRPORT_BCAST_FLOOD})
 * @param isolated whether the port talks only to ports that are not isolated ({@code
 *     IFLA_BRPORT_ISOLATED})
 * @param neighSuppress whether the bridge answers ARP and ND from its neighbour table instead of
 *     flooding them here ({@code IFLA_BRPORT_NEIGH_SUPPRESS})
 * @param hairpin whether a frame may leave by the port it came from ({@code IFLA_BRPORT_MODE})
 * @param locked whether only frames from addresses that the bridge knows at this port come in
 *     ({@code IFLA_BRPORT_LOCKED}, Linux 5.18)
 * @param flush in a change, {@code true} has the bridge forget the addresses that it learned here
 *     ({@code IFLA_BRPORT_FLUSH}); never read
 */
public record BridgePort(
    @Nullable Boolean learning,
    @Nullable Boolean unicastFlood,
    @Nullable Boolean multicastFlood,
    @Nullable Boolean broadcastFlood,
    @Nullable Boolean isolated,
    @Nullable Boolean neighSuppress,
    @Nullable Boolean hairpin,
    @Nullable Boolean locked,
    @Nullable Boolean flush) {

  /** A builder that leaves every option as it is. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options to set. */
  public static final class Builder {
    private @Nullable Boolean learning;
    private @Nullable Boolean unicastFlood;
    private @Nullable Boolean multicastFlood;
    private @Nullable Boolean broadcastFlood;
    private @Nullable Boolean isolated;
    private @Nullable Boolean neighSuppress;
    private @Nullable Boolean hairpin;
    private @Nullable Boolean locked;
    private @Nullable Boolean flush;

    private Builder() {}

    /** {@link BridgePort#learning()}. */
    public Builder learning(boolean value) {
      learning = value;
      return this;
    }

    /** {@link BridgePort#unicastFlood()}. */
    public Builder unicastFlood(boolean value) {
      unicastFlood = value;
      return this;
    }

    /** {@link BridgePort#multicastFlood()}. */
    public Builder multicastFlood(boolean value) {
      multicastFlood = value;
      return this;
    }

    /** {@link BridgePort#broadcastFlood()}. */
    public Builder broadcastFlood(boolean value) {
      broadcastFlood = value;
      return this;
    }

    /** {@link BridgePort#isolated()}. */
    public Builder isolated(boolean value) {
      isolated = value;
      return this;
    }

    /** {@link BridgePort#neighSuppress()}. */
    public Builder neighSuppress(boolean value) {
      neighSuppress = value;
      return this;
    }

    /** {@link BridgePort#hairpin()}. */
    public Builder hairpin(boolean value) {
      hairpin = value;
      return this;
    }

    /** {@link BridgePort#locked()}. */
    public Builder locked(boolean value) {
      locked = value;
      return this;
    }

    /** {@link BridgePort#flush()}. */
    public Builder flush() {
      flush = true;
      return this;
    }

    /** The options collected so far. */
    public BridgePort build() {
      return new BridgePort(
          learning,
          unicastFlood,
          multicastFlood,
          broadcastFlood,
          isolated,
          neighSuppress,
          hairpin,
          locked,
          flush);
    }
  }
}
