package dev.weft.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteOrder;

/** {@code struct sockaddr_in} and {@code struct sockaddr_in6}. */
public final class SocketAddress {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCKADDR_IN = 16;
  private static final int SOCKADDR_IN6 = 28;
  private static final ValueLayout.OfShort BE_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketAddress() {}

  /** Socket address; the port is 0 for sockets without ports. */
  public static MemorySegment of(Arena arena, InetAddress address, int port) {
    byte[] bytes = address.getAddress();
    boolean ipv4 = bytes.length == 4;
    MemorySegment to = arena.allocate(ipv4 ? SOCKADDR_IN : SOCKADDR_IN6, 4);
    to.set(JAVA_SHORT, 0, (short) family(address));
    to.set(BE_SHORT, 2, (short) port);
    MemorySegment.copy(bytes, 0, to, JAVA_BYTE, ipv4 ? 4 : 8, bytes.length);
    return to;
  }

  public static int family(InetAddress address) {
    return address.getAddress().length == 4 ? AF_INET : AF_INET6;
  }
}
