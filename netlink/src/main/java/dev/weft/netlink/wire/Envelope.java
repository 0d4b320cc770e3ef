package dev.weft.netlink.wire;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.netlink.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Receives a datagram with the number of the namespace that it comes from ({@code struct msghdr}
 * with a {@code struct cmsghdr}).
 */
final class Envelope {
  /** The socket's own namespace, for which the kernel gives no number. */
  static final int OWN = -1;

  private static final int MSGHDR = 56;
  private static final int CONTROL = 64;

  /** {@code struct cmsghdr}: its length, level and type. */
  private static final int CMSGHDR = 16;

  private static final int CONTROL_LENGTH = 40;

  private final MemorySegment header;
  private final MemorySegment control;

  Envelope(MemorySegment buffer) {
    Arena arena = Arena.ofAuto();
    header = arena.allocate(MSGHDR, 8);
    control = arena.allocate(CONTROL, 8);
    MemorySegment vector = arena.allocate(16, 8);
    vector.set(ADDRESS, 0, buffer);
    vector.set(JAVA_LONG, 8, buffer.byteSize());
    header.set(ADDRESS, 16, vector);
    header.set(JAVA_LONG, 24, 1);
    header.set(ADDRESS, 32, control);
  }

  /** Returns the datagram's size, or a negated error number. */
  int receive(int fd, int flags) {
    header.set(JAVA_LONG, CONTROL_LENGTH, CONTROL);
    return Libc.recvmsg(fd, header, flags);
  }

  /** The number of the last datagram's namespace. */
  int peer() {
    boolean numbered =
        header.get(JAVA_LONG, CONTROL_LENGTH) >= CMSGHDR + Integer.BYTES
            && control.get(JAVA_INT, 8) == NetlinkH.SOL_NETLINK
            && control.get(JAVA_INT, 12) == NetlinkH.NETLINK_LISTEN_ALL_NSID;
    return numbered ? control.get(JAVA_INT, CMSGHDR) : OWN;
  }
}
