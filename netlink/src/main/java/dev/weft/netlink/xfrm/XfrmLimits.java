package dev.weft.netlink.xfrm;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits of the life of a state or policy; {@code null} for no limit.
 *
 * @param bytes bytes handled
 * @param packets packets handled
 * @param age time since its creation, in whole seconds
 * @param use time since its first use, in whole seconds
 */
public record XfrmLimits(
    @Nullable Long bytes, @Nullable Long packets, @Nullable Duration age, @Nullable Duration use) {
  /** No limits. */
  public static final XfrmLimits NONE = new XfrmLimits(null, null, null, null);

  /** The same with this number of bytes. */
  public XfrmLimits withBytes(long count) {
    return new XfrmLimits(count, packets, age, use);
  }

  /** The same with this number of packets. */
  public XfrmLimits withPackets(long count) {
    return new XfrmLimits(bytes, count, age, use);
  }

  /** The same with this age. */
  public XfrmLimits withAge(Duration time) {
    return new XfrmLimits(bytes, packets, time, use);
  }

  /** The same with this time since the first use. */
  public XfrmLimits withUse(Duration time) {
    return new XfrmLimits(bytes, packets, age, time);
  }
}
