package dev.weft.netlink.wire;

import static dev.weft.netlink.Libc.check;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.weft.netlink.Errno;
import dev.weft.netlink.Libc;
import dev.weft.netlink.NetlinkException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A netlink socket and its buffers. It stays in the namespace of the thread that opened it. To be
 * used by one thread at a time.
 */
public final class NetlinkSocket implements AutoCloseable {
  private static final int RECEIVE_BUFFER = 16 << 20;
  private static final int MSG_WAITFORONE = 0x10000;

  /** Bytes of {@code struct sockaddr_nl}. */
  private static final int SOCKADDR_NL = 12;

  private final Buffers buffers = Buffers.take();
  private final int fd;
  private final int receiveBuffer;
  private int sequence;
  private int dirty;
  private @Nullable Envelope envelope;

  private NetlinkSocket(int fd) {
    this.fd = fd;
    try {
      option(NetlinkH.NETLINK_EXT_ACK);
      option(NetlinkH.NETLINK_CAP_ACK);
      option(NetlinkH.NETLINK_GET_STRICT_CHK);
      receiveBuffer(RECEIVE_BUFFER);
      takeFromTheKernelAlone();
      receiveBuffer = Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF);
    } catch (NetlinkException e) {
      close();
      throw e;
    }
  }

  /**
   * Connects to the kernel, which has port 0. Otherwise a process with CAP_NET_ADMIN in the
   * namespace could send to this socket and fake the kernel's answers.
   */
  private void takeFromTheKernelAlone() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment kernel = arena.allocate(SOCKADDR_NL, 4);
      kernel.set(JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
      check(Libc.bind(fd, kernel), "bind a netlink socket");
      check(Libc.connect(fd, kernel), "connect a netlink socket to the kernel");
    }
  }

  /** A {@code NETLINK_ROUTE} socket in the calling thread's namespace. */
  public static NetlinkSocket route() {
    return open(NetlinkH.NETLINK_ROUTE, "open a netlink socket");
  }

  /** A {@code NETLINK_XFRM} socket in the calling thread's namespace. */
  public static NetlinkSocket xfrm() {
    return open(NetlinkH.NETLINK_XFRM, "open a netlink socket for IPsec (XFRM)");
  }

  /** A {@code NETLINK_GENERIC} socket in the calling thread's namespace. */
  public static NetlinkSocket generic() {
    return open(NetlinkH.NETLINK_GENERIC, "open a generic netlink socket");
  }

  /** A {@code NETLINK_NETFILTER} socket in the calling thread's namespace. */
  public static NetlinkSocket netfilter() {
    return open(NetlinkH.NETLINK_NETFILTER, "open a netlink socket for the packet filter");
  }

  private static NetlinkSocket open(int family, String operation) {
    int type = Libc.SOCK_RAW | Libc.SOCK_CLOEXEC;
    return new NetlinkSocket(check(Libc.socket(Libc.AF_NETLINK, type, family), operation));
  }

  /** Sets the receive buffer to this many bytes, beyond the system's limit if the process may. */
  void receiveBuffer(int bytes) {
    if (Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, bytes) < 0) {
      check(
          Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, bytes),
          "set the receive buffer of a netlink socket");
    }
  }

  /** Receive buffer in bytes, with the kernel's overhead. */
  int receiveBuffer() {
    return receiveBuffer;
  }

  void join(int group) {
    check(
        Libc.setsockopt(fd, NetlinkH.SOL_NETLINK, NetlinkH.NETLINK_ADD_MEMBERSHIP, group),
        "join netlink group " + group);
  }

  /**
   * Also receives the notifications of all namespaces that have a number in the socket's own
   * ({@code NETLINK_LISTEN_ALL_NSID}). The kernel sends only those of namespaces in whose user
   * namespace the process had CAP_NET_BROADCAST when it opened the socket.
   */
  public void hearPeers() {
    option(NetlinkH.NETLINK_LISTEN_ALL_NSID);
    envelope = new Envelope(buffers.received);
  }

  /** Number of the namespace that sent the datagram of {@link #receiveNow}; -1 for the own one. */
  public int peer() {
    return envelope == null ? Envelope.OWN : envelope.peer();
  }

  int fd() {
    return fd;
  }

  /** Holds the messages of the next {@link #send}. */
  public MessageWriter writer() {
    return buffers.writer;
  }

  /** Reserves this many sequence numbers and returns the first. */
  public int sequence(int count) {
    int first = sequence + 1;
    sequence += count;
    return first;
  }

  /**
   * Sends the written messages in one system call and overwrites them: they may hold keys. The
   * kernel has processed them when this returns.
   */
  public void send(int messages) {
    int length = buffers.writer.length();
    buffers.writer.copyTo(buffers.batch);
    buffers.writer.clear();
    int sent = timed(() -> Libc.send(fd, buffers.batch, length));
    buffers.batch.asSlice(0, length).fill((byte) 0);
    check(sent, "send to the kernel");
    Counters.MESSAGES.add(messages);
  }

  /**
   * Sends messages of any length in one system call: the kernel takes a transaction whole. It has
   * processed them and queued its answers when this returns.
   */
  public void send(List<byte[]> messages) {
    int length = messages.stream().mapToInt(each -> each.length).sum();
    sendBuffer(length);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(length);
      int at = 0;
      for (byte[] each : messages) {
        MemorySegment.copy(each, 0, bytes, JAVA_BYTE, at, each.length);
        at += each.length;
      }
      check(timed(() -> Libc.send(fd, bytes, length)), "send to the kernel");
    }
    Counters.MESSAGES.add(messages.size());
  }

  /**
   * Makes room for one datagram of this many bytes, beyond the system's limit if the process may.
   */
  private void sendBuffer(int bytes) {
    if (Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_SNDBUFFORCE, bytes) < 0) {
      check(
          Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_SNDBUF, bytes),
          "set the send buffer of a netlink socket");
    }
  }

  /** Times a system call of a request or its answer. */
  private static int timed(IntSupplier systemCall) {
    long start = System.nanoTime();
    int result = uninterrupted(systemCall);
    Counters.NANOS.add(System.nanoTime() - start);
    return result;
  }

  /** Repeats a system call while signals interrupt it. */
  private static int uninterrupted(IntSupplier systemCall) {
    int result;
    do {
      result = systemCall.getAsInt();
    } while (result == -Errno.EINTR);
    return result;
  }

  /** Waits for one datagram and reads it into {@link #buffer}; returns its size. */
  public int receive() {
    int size = timed(() -> Libc.recv(fd, buffers.received, Libc.MSG_TRUNC));
    check(size, "receive from the kernel");
    dirty = Math.max(dirty, size);
    return requireFit(size);
  }

  /**
   * Reads one datagram without waiting; the negated {@code EAGAIN} if there is none, or another
   * negated error number.
   */
  public int receiveNow() {
    int flags = Libc.MSG_DONTWAIT | Libc.MSG_TRUNC;
    Envelope from = envelope;
    int size =
        uninterrupted(
            () -> from == null ? Libc.recv(fd, buffers.received, flags) : from.receive(fd, flags));
    dirty = Math.max(dirty, size);
    return size;
  }

  public MemorySegment buffer() {
    return buffers.received;
  }

  /** Waits for at least one datagram; returns how many there are. */
  int receiveMany() {
    int flags = MSG_WAITFORONE | Libc.MSG_TRUNC;
    return check(
        timed(() -> Libc.recvmmsg(fd, buffers.headers, Buffers.SLOTS, flags)),
        "receive from the kernel");
  }

  /** Points a reader at one of the datagrams of {@link #receiveMany}. */
  void read(int index, MessageReader reader) {
    int size = buffers.headers.get(JAVA_INT, (long) index * Buffers.MMSGHDR + 56);
    reader.reset(
        buffers.slots.asSlice((long) index * Buffers.SLOT, Buffers.SLOT),
        requireFit(size, Buffers.SLOT));
  }

  /** The size of the datagram of {@link #receiveNow}; throws if it was truncated. */
  public int requireFit(int size) {
    return requireFit(size, (int) buffers.received.byteSize());
  }

  /** Overwrites the bytes received since the last call: they may hold keys. */
  public void wipe() {
    buffers.received.asSlice(0, Math.min(dirty, buffers.received.byteSize())).fill((byte) 0);
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
    buffers.close();
  }
}
