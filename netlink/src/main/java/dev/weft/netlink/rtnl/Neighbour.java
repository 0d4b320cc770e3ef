package dev.weft.netlink.rtnl;

import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An ARP or neighbour discovery entry ({@code RTM_NEWNEIGH}, {@code linux/neighbour.h}).
 *
 * @param link index of the link
 * @param address the neighbour's IP address ({@code NDA_DST})
 * @param mac its MAC address ({@code NDA_LLADDR}), {@code null} while it is unknown
 * @param state reachability, as the kernel knows it
 */
public record Neighbour(int link, InetAddress address, @Nullable MacAddress mac, State state) {
  /** Reachability ({@code NUD_*}). */
  public enum State {
    /** None of the others. */
    NONE(0),
    /** Requested, no answer yet. */
    INCOMPLETE(0x01),
    /** Confirmed recently. */
    REACHABLE(0x02),
    /** Known, to be confirmed when used. */
    STALE(0x04),
    /** Used, about to be confirmed. */
    DELAY(0x08),
    /** Being confirmed. */
    PROBE(0x10),
    /** It did not answer. */
    FAILED(0x20),
    /** Needs no resolution. */
    NOARP(0x40),
    /** Set by an administrator, never expires. */
    PERMANENT(0x80);

    final int code;

    State(int code) {
      this.code = code;
    }

    static State of(int code) {
      for (State state : values()) {
        if (state.code == code) {
          return state;
        }
      }
      return NONE;
    }
  }

  /** An entry that never expires. */
  public static Neighbour permanent(int link, InetAddress address, MacAddress mac) {
    return new Neighbour(link, address, mac, State.PERMANENT);
  }
}
