package dev.weft.netlink;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Functions of the C library that this module uses. They return what C returns, except that a
 * failure is the negated error number.
 */
public final class Libc {
  public static final int AF_NETLINK = 16;
  static final int AF_PACKET = 17;
  public static final int SOCK_RAW = 3;
  public static final int SOCK_CLOEXEC = 0x80000;
  public static final int SOL_SOCKET = 1;
  public static final int SO_SNDBUF = 7;
  public static final int SO_RCVBUF = 8;
  public static final int SO_SNDBUFFORCE = 32;
  public static final int SO_RCVBUFFORCE = 33;
  public static final int MSG_DONTWAIT = 0x40;
  public static final int MSG_TRUNC = 0x20;
  static final int O_RDONLY = 0;
  static final int O_CLOEXEC = 0x80000;
  public static final int CLONE_FILES = 0x400;
  static final int CLONE_NEWNET = 0x40000000;
  static final int MS_BIND = 0x1000;
  static final int MS_REC = 0x4000;
  static final int MS_SHARED = 0x100000;
  static final int MNT_DETACH = 2;

  private static final int EFD_CLOEXEC = 0x80000;
  private static final short POLLIN = 1;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = function("bind", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CONNECT = function("connect", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKOPT =
      function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SEND =
      longFunction("send", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECV =
      longFunction("recv", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECVMMSG =
      function("recvmmsg", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle RECVMSG = longFunction("recvmsg", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle POLL = function("poll", ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle EVENTFD = function("eventfd", JAVA_INT, JAVA_INT);
  private static final MethodHandle WRITE = longFunction("write", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle CLOSE = function("close", JAVA_INT);
  private static final MethodHandle OPEN = function("open", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle SETNS = function("setns", JAVA_INT, JAVA_INT);
  private static final MethodHandle UNSHARE = function("unshare", JAVA_INT);
  private static final MethodHandle MOUNT =
      function("mount", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle UMOUNT = function("umount2", ADDRESS, JAVA_INT);
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT));

  private Libc() {}

  /** A foreign call. A negative result is a failure; errno is captured then. */
  private interface Call {
    long with(MemorySegment state, Arena arena) throws Throwable;
  }

  public static int socket(int domain, int type, int protocol) {
    return (int) call((state, _) -> (int) SOCKET.invokeExact(state, domain, type, protocol));
  }

  public static int bind(int fd, MemorySegment address) {
    int size = (int) address.byteSize();
    return (int) call((state, _) -> (int) BIND.invokeExact(state, fd, address, size));
  }

  public static int connect(int fd, MemorySegment address) {
    int size = (int) address.byteSize();
    return (int) call((state, _) -> (int) CONNECT.invokeExact(state, fd, address, size));
  }

  public static int setsockopt(int fd, int level, int option, int value) {
    return (int)
        call((state, arena) ->
            (int)
                SETSOCKOPT.invokeExact(
                    state, fd, level, option, arena.allocateFrom(JAVA_INT, value), 4));
  }

  /** Value of an int option. */
  public static int getsockopt(int fd, int level, int option) {
    return (int)
        call((state, arena) -> {
          MemorySegment value = arena.allocate(JAVA_INT);
          MemorySegment size = arena.allocateFrom(JAVA_INT, 4);
          int failed = (int) GETSOCKOPT.invokeExact(state, fd, level, option, value, size);
          return failed < 0 ? failed : value.get(JAVA_INT, 0);
        });
  }

  public static int send(int fd, MemorySegment bytes, long length) {
    return (int) call((state, _) -> (long) SEND.invokeExact(state, fd, bytes, length, 0));
  }

  public static int recv(int fd, MemorySegment buffer, int flags) {
    long size = buffer.byteSize();
    return (int) call((state, _) -> (long) RECV.invokeExact(state, fd, buffer, size, flags));
  }

  public static int recvmmsg(int fd, MemorySegment headers, int count, int flags) {
    return (int)
        call((state, _) ->
            (int) RECVMMSG.invokeExact(state, fd, headers, count, flags, MemorySegment.NULL));
  }

  /** Reads one datagram as a {@code struct msghdr} describes. */
  public static int recvmsg(int fd, MemorySegment header, int flags) {
    return (int) call((state, _) -> (long) RECVMSG.invokeExact(state, fd, header, flags));
  }

  /** Waits without a time limit until one of the two descriptors is readable. */
  public static int awaitReadable(int first, int second) {
    return (int)
        call((state, arena) -> {
          MemorySegment fds = arena.allocate(16);
          fds.set(JAVA_INT, 0, first);
          fds.set(JAVA_SHORT, 4, POLLIN);
          fds.set(JAVA_INT, 8, second);
          fds.set(JAVA_SHORT, 12, POLLIN);
          return (int) POLL.invokeExact(state, fds, 2L, -1);
        });
  }

  public static int eventfd() {
    return (int) call((state, _) -> (int) EVENTFD.invokeExact(state, 0, EFD_CLOEXEC));
  }

  /** Makes an eventfd readable. */
  public static int signal(int eventfd) {
    return (int)
        call((state, arena) ->
            (long) WRITE.invokeExact(state, eventfd, arena.allocateFrom(JAVA_LONG, 1), 8L));
  }

  public static int close(int fd) {
    return (int) call((state, _) -> (int) CLOSE.invokeExact(state, fd));
  }

  static int open(String path, int flags) {
    return (int)
        call((state, arena) -> (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags, 0));
  }

  static int setns(int fd, int type) {
    return (int) call((state, _) -> (int) SETNS.invokeExact(state, fd, type));
  }

  public static int unshare(int flags) {
    return (int) call((state, _) -> (int) UNSHARE.invokeExact(state, flags));
  }

  static int mount(String source, String target, long flags) {
    return (int)
        call((state, arena) ->
            (int)
                MOUNT.invokeExact(
                    state,
                    arena.allocateFrom(source),
                    arena.allocateFrom(target),
                    arena.allocateFrom("none"),
                    flags,
                    MemorySegment.NULL));
  }

  static int umount(String target, int flags) {
    return (int)
        call((state, arena) -> (int) UMOUNT.invokeExact(state, arena.allocateFrom(target), flags));
  }

  static String strerror(int errno) {
    try {
      var text = (MemorySegment) STRERROR.invokeExact(errno);
      return text.reinterpret(256).getString(0);
    } catch (Throwable e) {
      throw new AssertionError("strerror does not throw", e);
    }
  }

  /** Returns the result of a call, or throws an exception that names the failed operation. */
  public static int check(int result, String operation) {
    if (result < 0) {
      throw new NetlinkException(operation, -result, null);
    }
    return result;
  }

  private static long call(Call call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result = call.with(state, arena);
      return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a C function does not throw", e);
    }
  }

  private static MethodHandle function(String name, ValueLayout... arguments) {
    return bound(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private static MethodHandle longFunction(String name, ValueLayout... arguments) {
    return bound(name, FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  private static MethodHandle bound(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), type, Linker.Option.captureCallState("errno"));
  }
}
