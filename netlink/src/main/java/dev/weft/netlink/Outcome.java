package dev.weft.netlink;

import dev.weft.netlink.rtnl.Request;

/** Result of one {@link Request}. */
public sealed interface Outcome {
  /** The kernel made the change. */
  record Done() implements Outcome {}

  /**
   * The kernel refused the change.
   *
   * @param error why
   */
  record Failed(NetlinkException error) implements Outcome {}

  /** Throws if the request failed. */
  default void orThrow() {
    if (this instanceof Failed(NetlinkException error)) {
      throw error;
    }
  }
}
