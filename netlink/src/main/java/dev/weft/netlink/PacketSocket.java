package dev.weft.netlink;

import static dev.weft.netlink.Libc.check;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Sends and receives whole Ethernet frames of one protocol on one link ({@code packet(7)}). It
 * stays in its namespace whichever thread uses it. To be used by one thread at a time.
 */
public final class PacketSocket implements AutoCloseable {
  private static final int SOCKADDR_LL = 20;
  private static final int BUFFER = 2048;
  private static final Duration PAUSE = Duration.ofMillis(1);

  /** Freed by the garbage collector: closing a shared arena takes longer than sending a frame. */
  private final Arena arena = Arena.ofAuto();

  private final MemorySegment buffer = arena.allocate(BUFFER);
  private final int fd;

  private PacketSocket(int fd) {
    this.fd = fd;
  }

  /**
   * Opens a socket.
   *
   * @param link index of the link
   * @param protocol the frames to receive, {@code ETH_P_*} of {@code linux/if_ether.h}
   */
  public static PacketSocket open(NetworkNamespace namespace, int link, int protocol) {
    return namespace.call(() -> {
      int type = Libc.SOCK_RAW | Libc.SOCK_CLOEXEC;
      // without a protocol the socket receives nothing before it is bound to the link
      PacketSocket socket =
          new PacketSocket(check(Libc.socket(Libc.AF_PACKET, type, 0), "open a packet socket"));
      try {
        check(Libc.bind(socket.fd, socket.address(link, protocol)), "bind a packet socket");
        return socket;
      } catch (NetlinkException e) {
        socket.close();
        throw e;
      }
    });
  }

  private MemorySegment address(int link, int protocol) {
    MemorySegment address = arena.allocate(SOCKADDR_LL, 4);
    address.set(JAVA_SHORT, 0, (short) Libc.AF_PACKET);
    address.set(JAVA_BYTE, 2, (byte) (protocol >> 8));
    address.set(JAVA_BYTE, 3, (byte) protocol);
    address.set(JAVA_INT, 4, link);
    return address;
  }

  /** Sends a frame, its Ethernet header included. */
  public void send(byte[] frame) {
    MemorySegment.copy(frame, 0, buffer, JAVA_BYTE, 0, frame.length);
    check(Libc.send(fd, buffer, frame.length), "send a frame");
  }

  /** Next frame; empty if none arrives in time. */
  public Optional<byte[]> receive(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      int size = Libc.recv(fd, buffer, Libc.MSG_DONTWAIT);
      if (size >= 0) {
        return Optional.of(Arrays.copyOf(buffer.toArray(JAVA_BYTE), size));
      }
      if (size != -Errno.EAGAIN && size != -Errno.EINTR) {
        check(size, "receive a frame");
      }
      if (System.nanoTime() - end >= 0) {
        return Optional.empty();
      }
      // a blocking system call would hold a carrier of virtual threads
      Thread.sleep(PAUSE);
    }
  }

  /**
   * Closes the socket on another thread. The kernel waits until no processor can still receive on
   * it ({@code packet_release}), often tens of milliseconds; the caller does not wait.
   */
  @Override
  public void close() {
    Thread _ = Thread.ofPlatform().name("close").daemon().start(() -> Libc.close(fd));
  }
}
