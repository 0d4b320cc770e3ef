package dev.weft.netlink;

import static dev.weft.netlink.Libc.check;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What hands ESP inside UDP to the kernel's states ({@code UDP_ENCAP} of {@code linux/udp.h}, RFC
 * 3948): while it is open, states with {@link XfrmUdp} receive at its port. Its owner never reads
 * from it. It stays in the namespace it was opened in.
 */
public final class EspInUdpSocket implements AutoCloseable {
  private static final int SOCK_DGRAM = 2;
  private static final int IPPROTO_UDP = 17;
  private static final int UDP_ENCAP = 100;
  private static final int SOCKADDR_IN = 16;
  private static final int SOCKADDR_IN6 = 28;
  private static final ValueLayout.OfShort BE_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private final AtomicInteger fd;

  private EspInUdpSocket(int fd) {
    this.fd = new AtomicInteger(fd);
  }

  /**
   * Binds the port at an address of a namespace, which may be closed after. Fails with EADDRINUSE
   * if somebody has it.
   */
  public static EspInUdpSocket open(NetworkNamespace namespace, InetAddress address, int port) {
    return namespace.call(() -> open(address, port));
  }

  private static EspInUdpSocket open(InetAddress address, int port) {
    String operation = "receive ESP in UDP at %s port %d".formatted(address.getHostAddress(), port);
    int family = XfrmStructs.family(address);
    int fd = check(Libc.socket(family, SOCK_DGRAM | Libc.SOCK_CLOEXEC, IPPROTO_UDP), operation);
    try (Arena arena = Arena.ofConfined()) {
      check(Libc.bind(fd, socketAddress(arena, address, port)), operation);
      check(Libc.setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, XfrmH.UDP_ENCAP_ESPINUDP), operation);
      return new EspInUdpSocket(fd);
    } catch (NetlinkException e) {
      Libc.close(fd);
      throw e;
    }
  }

  /** {@code struct sockaddr_in} or {@code struct sockaddr_in6}. */
  private static MemorySegment socketAddress(Arena arena, InetAddress address, int port) {
    byte[] bytes = address.getAddress();
    boolean ipv4 = bytes.length == 4;
    MemorySegment to = arena.allocate(ipv4 ? SOCKADDR_IN : SOCKADDR_IN6, 4);
    to.set(JAVA_SHORT, 0, (short) XfrmStructs.family(address));
    to.set(BE_SHORT, 2, (short) port);
    MemorySegment.copy(bytes, 0, to, ValueLayout.JAVA_BYTE, ipv4 ? 4 : 8, bytes.length);
    return to;
  }

  @Override
  public void close() {
    int open = fd.getAndSet(-1);
    if (open >= 0) {
      Libc.close(open);
    }
  }
}
