package dev.weft.netlink.wire;

import static dev.weft.netlink.wire.NetlinkH.NLMSG_HDRLEN;
import static dev.weft.netlink.wire.NetlinkH.align;

import dev.weft.netlink.NetlinkException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Iterates over the messages of one datagram without copying them. It checks every length: one that
 * does not fit is a {@link NetlinkException}.
 */
public final class MessageReader {
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private MemorySegment datagram = MemorySegment.NULL;
  private long length;
  private long start;
  private long next;

  /** Restarts with another datagram. */
  public void reset(MemorySegment bytes, long size) {
    datagram = bytes;
    length = size;
    start = 0;
    next = 0;
  }

  /** Advances to the next message; false if there is none. */
  public boolean next() {
    if (next >= length) {
      return false;
    }
    start = next;
    if (length - start < NLMSG_HDRLEN) {
      throw Malformed.because(
          "%d bytes are left where a message header needs 16".formatted(length - start));
    }
    long size = Integer.toUnsignedLong(datagram.get(INT, start));
    if (size < NLMSG_HDRLEN || size > length - start) {
      throw Malformed.because(
          "a message says it has %d bytes of %d".formatted(size, length - start));
    }
    next = start + align(size);
    return true;
  }

  public int type() {
    return datagram.get(SHORT, start + 4) & 0xffff;
  }

  public int flags() {
    return datagram.get(SHORT, start + 6) & 0xffff;
  }

  public int sequence() {
    return datagram.get(INT, start + 8);
  }

  /** The bytes after the message's header. */
  public Payload payload() {
    long size = Integer.toUnsignedLong(datagram.get(INT, start));
    return new Payload(datagram, start + NLMSG_HDRLEN, start + size);
  }
}
