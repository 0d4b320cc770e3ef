package dev.weft.netlink.xfrm;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When the life of a state or policy ends; {@code null} where it does not.
 *
 * @param bytes so many of them were handled
 * @param packets so many of them were handled
 * @param age so long after it was made, in whole seconds
 * @param use so long after it was first used, in whole seconds
 */
public record XfrmLimits(
    @Nullable Long bytes, @Nullable Long packets, @Nullable Duration age, @Nullable Duration use) {
  /** It never ends. */
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
