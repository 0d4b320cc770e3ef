package dev.weft.netlink;

import static dev.weft.netlink.Libc.check;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A netlink socket and its buffers. It stays in the namespace of the thread that opened it. To be
 * used by one thread at a time.
 */
final class NetlinkSocket implements AutoCloseable {
  /** Datagrams that {@link #receiveMany} takes at a time. */
  private static final int SLOTS = 64;

  /** Room for each of them: an acknowledgement needs 36 bytes, with the kernel's words some 300. */
  private static final int SLOT = 2048;

  /** More than the kernel puts into a datagram of a dump (32 KiB). */
  private static final int BUFFER = 256 << 10;

  /** Few pages: a call with many more messages costs the kernel several times as much for each. */
  private static final int BATCH = 20 << 10;

  private static final int RECEIVE_BUFFER = 16 << 20;
  private static final int MMSGHDR = 64;
  private static final int MSG_WAITFORONE = 0x10000;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER);
  private final MemorySegment slots = arena.allocate((long) SLOTS * SLOT, 8);
  private final MemorySegment headers = arena.allocate((long) SLOTS * MMSGHDR, 8);
  private final MessageWriter writer = new MessageWriter(BATCH);
  private final MemorySegment batch = arena.allocate(BATCH);
  private final int fd;
  private final int receiveBuffer;
  private int sequence;
  private int dirty;

  private NetlinkSocket(int fd) {
    this.fd = fd;
    MemorySegment vectors = arena.allocate(SLOTS * 16L, 8);
    for (int i = 0; i < SLOTS; i++) {
      vectors.set(ADDRESS, i * 16L, slots.asSlice((long) i * SLOT));
      vectors.set(JAVA_LONG, i * 16L + 8, SLOT);
      headers.set(ADDRESS, (long) i * MMSGHDR + 16, vectors.asSlice(i * 16L));
      headers.set(JAVA_LONG, (long) i * MMSGHDR + 24, 1);
    }
    try {
      option(NetlinkH.NETLINK_EXT_ACK);
      option(NetlinkH.NETLINK_CAP_ACK);
      option(NetlinkH.NETLINK_GET_STRICT_CHK);
      receiveBuffer(RECEIVE_BUFFER);
      MemorySegment address = arena.allocate(12, 4);
      address.set(JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
      check(Libc.bind(fd, address), "bind a netlink socket");
      receiveBuffer = Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF);
    } catch (NetlinkException e) {
      close();
      throw e;
    }
  }

  /** A {@code NETLINK_ROUTE} socket in the calling thread's namespace. */
  static NetlinkSocket route() {
    return open(NetlinkH.NETLINK_ROUTE, "open a netlink socket");
  }

  /** A {@code NETLINK_XFRM} socket in the calling thread's namespace. */
  static NetlinkSocket xfrm() {
    return open(NetlinkH.NETLINK_XFRM, "open a netlink socket for IPsec (XFRM)");
  }

  /** A {@code NETLINK_GENERIC} socket in the calling thread's namespace. */
  static NetlinkSocket generic() {
    return open(NetlinkH.NETLINK_GENERIC, "open a generic netlink socket");
  }

  private static NetlinkSocket open(int family, String operation) {
    int type = Libc.SOCK_RAW | Libc.SOCK_CLOEXEC;
    return new NetlinkSocket(check(Libc.socket(Libc.AF_NETLINK, type, family), operation));
  }

  /** Asks for room for so many bytes, beyond the system's limit where the process may. */
  void receiveBuffer(int bytes) {
    if (Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, bytes) < 0) {
      check(
          Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, bytes),
          "set the receive buffer of a netlink socket");
    }
  }

  /** Bytes the kernel keeps for this socket, its own overhead included. */
  int receiveBuffer() {
    return receiveBuffer;
  }

  void join(int group) {
    check(
        Libc.setsockopt(fd, NetlinkH.SOL_NETLINK, NetlinkH.NETLINK_ADD_MEMBERSHIP, group),
        "join netlink group " + group);
  }

  int fd() {
    return fd;
  }

  /** What is written here goes out with the next {@link #send}. */
  MessageWriter writer() {
    return writer;
  }

  /** Takes so many sequence numbers, and returns the first. */
  int sequence(int count) {
    int first = sequence + 1;
    sequence += count;
    return first;
  }

  /**
   * Sends what was written, in one system call, and overwrites it: it may hold keys. The kernel has
   * acted on it when this returns.
   */
  void send(int messages) {
    int length = writer.length();
    writer.copyTo(batch);
    writer.clear();
    int sent;
    do {
      sent = Libc.send(fd, batch, length);
    } while (sent == -Errno.EINTR);
    batch.asSlice(0, length).fill((byte) 0);
    check(sent, "send to the kernel");
    Counters.MESSAGES.add(messages);
  }

  /** Waits for one datagram, to be read from {@link #buffer}; returns its size. */
  int receive() {
    int size;
    do {
      size = Libc.recv(fd, buffer, Libc.MSG_TRUNC);
    } while (size == -Errno.EINTR);
    check(size, "receive from the kernel");
    dirty = Math.max(dirty, size);
    return requireFit(size);
  }

  /** The same without waiting: the negated {@code EAGAIN} if there is none, or another error. */
  int receiveNow() {
    int size;
    do {
      size = Libc.recv(fd, buffer, Libc.MSG_DONTWAIT | Libc.MSG_TRUNC);
    } while (size == -Errno.EINTR);
    dirty = Math.max(dirty, size);
    return size;
  }

  MemorySegment buffer() {
    return buffer;
  }

  /** Waits for at least one datagram; returns how many there are. */
  int receiveMany() {
    int count;
    do {
      count = Libc.recvmmsg(fd, headers, SLOTS, MSG_WAITFORONE | Libc.MSG_TRUNC);
    } while (count == -Errno.EINTR);
    return check(count, "receive from the kernel");
  }

  /** Lets a reader step through one of the datagrams that {@link #receiveMany} brought. */
  void read(int index, MessageReader reader) {
    int size = headers.get(JAVA_INT, (long) index * MMSGHDR + 56);
    reader.reset(slots.asSlice((long) index * SLOT, SLOT), requireFit(size, SLOT));
  }

  /** The size of what {@link #receiveNow} brought, if it came whole. */
  int requireFit(int size) {
    return requireFit(size, BUFFER);
  }

  /** Overwrites what was received since the last time: it may hold keys. */
  void wipe() {
    buffer.asSlice(0, Math.min(dirty, BUFFER)).fill((byte) 0);
    dirty = 0;
  }

  private static int requireFit(int size, int room) {
    if (size > room) {
      throw Malformed.because(
          "a datagram has %d bytes, there is room for %d".formatted(size, room));
    }
    return size;
  }

  private void option(int option) {
    check(Libc.setsockopt(fd, NetlinkH.SOL_NETLINK, option, 1), "set netlink option " + option);
  }

  @Override
  public void close() {
    Libc.close(fd);
    arena.close();
  }
}
