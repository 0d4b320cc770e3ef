package dev.weft.e2e.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.Optional;

/**
 * A raw or packet socket ({@code socket(2)}). It stays in the network namespace of the thread that
 * opened it. One thread may receive while another sends.
 */
final class RawSocket implements AutoCloseable {
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int AF_PACKET = 17;
  static final int SOCK_RAW = 3;

  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUFFORCE = 33;
  private static final short POLLIN = 1;
  private static final int EINTR = 4;
  private static final int BUFFER = 65536;
  private static final int RECEIVE_BUFFER = 8 * 1024 * 1024;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = function("bind", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE = function("close", JAVA_INT);
  private static final MethodHandle POLL = function("poll", ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SENDTO =
      longFunction("sendto", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECVFROM =
      longFunction("recvfrom", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);

  private final int fd;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment received = arena.allocate(BUFFER);
  private final MemorySegment sender = arena.allocate(128, 8);
  private final MemorySegment senderLength = arena.allocate(JAVA_INT);
  private final MemorySegment polled = arena.allocate(8, 4);

  /**
   * A received packet.
   *
   * @param data the packet, as the socket's type delivers it
   * @param sender the sender's {@code struct sockaddr_*}
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  record Packet(byte[] data, byte[] sender) {}

  private RawSocket(int fd) {
    this.fd = fd;
  }

  /** Opens a socket in the calling thread's namespace. */
  static RawSocket open(int family, int type, int protocol) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = call.allocate(JAVA_INT);
      int fd = (int) SOCKET.invokeExact(errno, family, type | SOCK_CLOEXEC, protocol);
      RawSocket socket = new RawSocket(check(fd, errno, "open a raw socket"));
      MemorySegment size = call.allocateFrom(JAVA_INT, RECEIVE_BUFFER);
      int set = (int) SETSOCKOPT.invokeExact(errno, socket.fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4);
      check(set, errno, "enlarge the receive buffer");
      return socket;
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  void bind(byte[] address) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = call.allocate(JAVA_INT);
      MemorySegment copy = call.allocateFrom(JAVA_BYTE, address);
      check((int) BIND.invokeExact(errno, fd, copy, address.length), errno, "bind");
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** Sends one packet; false if the kernel has no route to the address at the moment. */
  boolean send(byte[] packet, byte[] address) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = call.allocate(JAVA_INT);
      MemorySegment data = call.allocateFrom(JAVA_BYTE, packet);
      MemorySegment to = call.allocateFrom(JAVA_BYTE, address);
      long sent =
          (long) SENDTO.invokeExact(errno, fd, data, (long) packet.length, 0, to, address.length);
      return sent == packet.length;
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** The next packet; empty if none arrives in time. */
  Optional<Packet> receive(Duration timeout) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = call.allocate(JAVA_INT);
      polled.set(JAVA_INT, 0, fd);
      polled.set(JAVA_SHORT, 4, POLLIN);
      int ready = (int) POLL.invokeExact(errno, polled, 1L, Math.toIntExact(timeout.toMillis()));
      if (ready < 0 && errno.get(JAVA_INT, 0) != EINTR) {
        check(ready, errno, "poll");
      }
      if (ready <= 0) {
        return Optional.empty();
      }
      senderLength.set(JAVA_INT, 0, (int) sender.byteSize());
      long length =
          (long) RECVFROM.invokeExact(errno, fd, received, (long) BUFFER, 0, sender, senderLength);
      if (length < 0) {
        return Optional.empty();
      }
      return Optional.of(
          new Packet(
              received.asSlice(0, length).toArray(JAVA_BYTE),
              sender.asSlice(0, senderLength.get(JAVA_INT, 0)).toArray(JAVA_BYTE)));
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  @Override
  public void close() {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = call.allocate(JAVA_INT);
      check((int) CLOSE.invokeExact(errno, fd), errno, "close");
      arena.close();
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private static MethodHandle function(String name, MemoryLayout... arguments) {
    return handle(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private static MethodHandle longFunction(String name, MemoryLayout... arguments) {
    return handle(name, FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  private static MethodHandle handle(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, ERRNO);
  }

  private static int check(int result, MemorySegment errno, String what) {
    if (result < 0) {
      throw new IllegalStateException(
          "could not %s: errno %d".formatted(what, errno.get(JAVA_INT, 0)));
    }
    return result;
  }

  private static RuntimeException unchecked(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException known ? known : new IllegalStateException(e);
  }
}
