package dev.weft.e2e.net;

import dev.weft.netlink.NetworkNamespace;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Sends ICMP echo requests (RFC 792) or ICMPv6 echo requests (RFC 4443) from a network namespace to
 * one address. The kernels on both sides do the rest.
 */
public final class Ping implements AutoCloseable {
  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_ICMPV6 = 58;
  private static final int HEADER = 8;

  private final RawSocket socket;
  private final boolean ipv4;
  private final byte[] target;
  private final short identifier = (short) ThreadLocalRandom.current().nextInt();

  private Ping(RawSocket socket, InetAddress target) {
    this.socket = socket;
    this.ipv4 = target instanceof Inet4Address;
    this.target = socketAddress(target);
  }

  /** Prepares echo requests from {@code namespace} to {@code target}. */
  public static Ping open(NetworkNamespace namespace, InetAddress target) {
    boolean ipv4 = target instanceof Inet4Address;
    RawSocket socket =
        namespace.call(() ->
            RawSocket.open(
                ipv4 ? RawSocket.AF_INET : RawSocket.AF_INET6,
                RawSocket.SOCK_RAW,
                ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6));
    return new Ping(socket, target);
  }

  /**
   * Sends echo requests until one is answered.
   *
   * @param timeout time limit; it sends a request every 100 ms
   * @return the round trip of the answered request; empty if none was answered in time
   */
  public static Optional<Duration> once(
      NetworkNamespace namespace, InetAddress target, Duration timeout) {
    try (Ping ping = open(namespace, target)) {
      long end = System.nanoTime() + timeout.toNanos();
      for (int sequence = 0; System.nanoTime() < end; sequence++) {
        long sent = System.nanoTime();
        ping.send(sequence);
        Optional<Integer> answer = ping.receive(Duration.ofMillis(100));
        if (answer.isPresent() && answer.get() == sequence) {
          return Optional.of(Duration.ofNanos(System.nanoTime() - sent));
        }
      }
      return Optional.empty();
    }
  }

  /**
   * Sends one echo request.
   *
   * @param sequence its number, 0 to 65535
   * @return whether the kernel accepted it: false if it has no route
   */
  public boolean send(int sequence) {
    ByteBuffer packet = ByteBuffer.allocate(HEADER + 24);
    packet.put((byte) (ipv4 ? 8 : 128)).put((byte) 0).putShort((short) 0);
    packet.putShort(identifier).putShort((short) sequence);
    packet.putShort(2, checksum(packet.array()));
    return socket.send(packet.array(), target);
  }

  /** Number of the next answered request; empty if none is answered in time. */
  public Optional<Integer> receive(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    do {
      long left = Math.max(0, end - System.nanoTime());
      Optional<Integer> answer =
          socket.receive(Duration.ofNanos(left)).flatMap(packet -> answer(packet.data()));
      if (answer.isPresent()) {
        return answer;
      }
    } while (System.nanoTime() < end);
    return Optional.empty();
  }

  private Optional<Integer> answer(byte[] data) {
    int header = ipv4 ? (data[0] & 0x0f) * 4 : 0;
    if (data.length < header + HEADER) {
      return Optional.empty();
    }
    ByteBuffer icmp = ByteBuffer.wrap(data, header, data.length - header).slice();
    boolean ours = icmp.get(0) == (byte) (ipv4 ? 0 : 129) && icmp.getShort(4) == identifier;
    return ours ? Optional.of(icmp.getShort(6) & 0xffff) : Optional.empty();
  }

  /**
   * Internet checksum (RFC 1071). The kernel computes the checksum of ICMPv6, which also covers
   * addresses.
   */
  private static short checksum(byte[] bytes) {
    int sum = 0;
    for (int i = 0; i < bytes.length; i += 2) {
      sum += ((bytes[i] & 0xff) << 8) | (bytes[i + 1] & 0xff);
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~(sum + (sum >>> 16));
  }

  /** {@code struct sockaddr_in} or {@code struct sockaddr_in6}. */
  private static byte[] socketAddress(InetAddress address) {
    boolean ipv4 = address instanceof Inet4Address;
    ByteBuffer buffer = ByteBuffer.allocate(ipv4 ? 16 : 28);
    buffer.order(ByteOrder.nativeOrder());
    buffer.putShort((short) (ipv4 ? RawSocket.AF_INET : RawSocket.AF_INET6));
    buffer.position(ipv4 ? 4 : 8).put(address.getAddress());
    return buffer.array();
  }

  @Override
  public void close() {
    socket.close();
  }
}
