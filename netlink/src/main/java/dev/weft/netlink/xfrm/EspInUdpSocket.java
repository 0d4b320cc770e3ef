package dev.weft.netlink.xfrm;

import static dev.weft.netlink.Libc.check;

import dev.weft.netlink.Libc;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.SocketAddress;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes ESP inside UDP to the kernel's states ({@code UDP_ENCAP} of {@code linux/udp.h}, RFC
 * 3948): while it is open, states with {@link XfrmUdp} receive at its port. Its owner never reads
 * from it. It stays in the namespace where it was opened.
 */
public final class EspInUdpSocket implements AutoCloseable {
  private static final int SOCK_DGRAM = 2;
  private static final int IPPROTO_UDP = 17;
  private static final int UDP_ENCAP = 100;

  private final AtomicInteger fd;

  private EspInUdpSocket(int fd) {
    this.fd = new AtomicInteger(fd);
  }

  /**
   * Binds the port at an address of a namespace, which may be closed afterwards. Fails with
   * EADDRINUSE if the port is taken.
   */
  public static EspInUdpSocket open(NetworkNamespace namespace, InetAddress address, int port) {
    return namespace.call(() -> open(address, port));
  }

  private static EspInUdpSocket open(InetAddress address, int port) {
    String operation = "receive ESP in UDP at %s port %d".formatted(address.getHostAddress(), port);
    int family = SocketAddress.family(address);
    int fd = check(Libc.socket(family, SOCK_DGRAM | Libc.SOCK_CLOEXEC, IPPROTO_UDP), operation);
    try (Arena arena = Arena.ofConfined()) {
      check(Libc.bind(fd, SocketAddress.of(arena, address, port)), operation);
      check(Libc.setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, XfrmH.UDP_ENCAP_ESPINUDP), operation);
      return new EspInUdpSocket(fd);
    } catch (NetlinkException e) {
      Libc.close(fd);
      throw e;
    }
  }

  @Override
  public void close() {
    int open = fd.getAndSet(-1);
    if (open >= 0) {
      Libc.close(open);
    }
  }
}
