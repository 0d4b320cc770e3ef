package dev.weft.netlink;

import static dev.weft.netlink.Libc.check;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Sends ICMP echo requests to one host (RFC 792, RFC 4443) that no router may fragment ({@code
 * IP_PMTUDISC_PROBE} of {@code linux/in.h}). An answer proves that the path carries this packet
 * size in both directions. It stays in its namespace whichever thread uses it. To be used by one
 * thread at a time.
 */
public final class EchoSocket implements AutoCloseable {
  /** Smallest request in bytes, IP header included. */
  public static final int LEAST = 64;

  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_ICMPV6 = 58;
  private static final int SOL_IP = 0;
  private static final int IP_MTU_DISCOVER = 10;
  private static final int SOL_IPV6 = 41;
  private static final int IPV6_MTU_DISCOVER = 23;
  private static final int PROBE = 3;
  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int BUFFER = 65536;
  private static final Duration PAUSE = Duration.ofMillis(1);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER);
  private final short identifier = (short) ThreadLocalRandom.current().nextInt();
  private final boolean ipv4;
  private final int fd;

  private EchoSocket(boolean ipv4, int fd) {
    this.ipv4 = ipv4;
    this.fd = fd;
  }

  /**
   * Opens a socket in the calling thread's namespace.
   *
   * @throws NetlinkException if the host has no route to {@code peer}, or the process may not open
   *     such sockets
   */
  public static EchoSocket open(InetAddress peer) {
    boolean ipv4 = peer.getAddress().length == 4;
    String operation = "ask " + peer.getHostAddress() + " for an echo";
    int type = Libc.SOCK_RAW | Libc.SOCK_CLOEXEC;
    int protocol = ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
    int fd = check(Libc.socket(SocketAddress.family(peer), type, protocol), operation);
    EchoSocket socket = new EchoSocket(ipv4, fd);
    try (Arena call = Arena.ofConfined()) {
      int set =
          ipv4
              ? Libc.setsockopt(fd, SOL_IP, IP_MTU_DISCOVER, PROBE)
              : Libc.setsockopt(fd, SOL_IPV6, IPV6_MTU_DISCOVER, PROBE);
      check(set, operation);
      check(Libc.connect(fd, SocketAddress.of(call, peer, 0)), operation);
      return socket;
    } catch (NetlinkException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Whether the host answers a request in time.
   *
   * @param sequence its number, 0 to 65535; never reused
   * @param size of the request in bytes with its IP header, {@link #LEAST} to 65535
   */
  public boolean ask(int sequence, int size, Duration patience) throws InterruptedException {
    byte[] request = request(sequence, size);
    MemorySegment.copy(request, 0, buffer, JAVA_BYTE, 0, request.length);
    if (Libc.send(fd, buffer, request.length) < 0) {
      return false; // too large for the first link already, or no route at the moment
    }
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      int length = Libc.recv(fd, buffer, Libc.MSG_DONTWAIT);
      if (length > 0 && isAnswer(buffer.asSlice(0, length).toArray(JAVA_BYTE), sequence)) {
        return true;
      }
      if (System.nanoTime() - end >= 0) {
        return false;
      }
      if (length <= 0) {
        // a blocking system call would hold a carrier of virtual threads
        Thread.sleep(PAUSE);
      }
    }
  }

  private byte[] request(int sequence, int size) {
    ByteBuffer packet = ByteBuffer.allocate(size - (ipv4 ? IPV4_HEADER : IPV6_HEADER));
    packet.put((byte) (ipv4 ? 8 : 128)).put((byte) 0).putShort((short) 0);
    packet.putShort(identifier).putShort((short) sequence);
    if (ipv4) {
      packet.putShort(2, checksum(packet.array()));
    }
    return packet.array();
  }

  private boolean isAnswer(byte[] data, int sequence) {
    int header = ipv4 ? (data[0] & 0x0f) * 4 : 0;
    if (data.length < header + 8) {
      return false;
    }
    ByteBuffer icmp = ByteBuffer.wrap(data, header, data.length - header).slice();
    return icmp.get(0) == (byte) (ipv4 ? 0 : 129)
        && icmp.getShort(4) == identifier
        && icmp.getShort(6) == (short) sequence;
  }

  /**
   * Internet checksum (RFC 1071). The kernel computes the checksum of ICMPv6, which also covers
   * addresses.
   */
  private static short checksum(byte[] bytes) {
    int sum = 0;
    for (int at = 0; at < bytes.length; at++) {
      sum += at % 2 == 0 ? (bytes[at] & 0xff) << 8 : bytes[at] & 0xff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~(sum + (sum >>> 16));
  }

  @Override
  public void close() {
    Libc.close(fd);
    arena.close();
  }
}
