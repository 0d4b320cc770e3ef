package dev.weft.e2e.net;

import dev.weft.netlink.NetworkNamespace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Captures all frames that a link receives, from its opening on ({@code packet(7)}). It ignores
 * frames that the link sends. For one thread.
 */
public final class Capture implements AutoCloseable {
  private static final int ETH_P_ALL = 3;
  private static final int PACKET_OUTGOING = 4;
  private static final int PACKET_TYPE_OFFSET = 10;

  private final RawSocket socket;
  private final List<byte[]> frames = new ArrayList<>();

  private Capture(RawSocket socket) {
    this.socket = socket;
  }

  /** Captures on a link, by its index in {@code namespace}. */
  public static Capture open(NetworkNamespace namespace, int link) {
    RawSocket socket =
        namespace.call(() -> RawSocket.open(RawSocket.AF_PACKET, RawSocket.SOCK_RAW, 0));
    ByteBuffer address = ByteBuffer.allocate(20).order(ByteOrder.nativeOrder());
    address.putShort((short) RawSocket.AF_PACKET);
    address.order(ByteOrder.BIG_ENDIAN).putShort((short) ETH_P_ALL);
    address.order(ByteOrder.nativeOrder()).putInt(link);
    socket.bind(address.array());
    return new Capture(socket);
  }

  /**
   * Frames captured so far, in order, each from its Ethernet header on. The kernel queues a frame
   * before it delivers it, so a frame that had an effect is always included.
   */
  public List<byte[]> frames() {
    for (Optional<RawSocket.Packet> next = next(); next.isPresent(); next = next()) {
      next.filter(each -> each.sender()[PACKET_TYPE_OFFSET] != PACKET_OUTGOING)
          .ifPresent(each -> frames.add(each.data()));
    }
    return List.copyOf(frames);
  }

  private Optional<RawSocket.Packet> next() {
    return socket.receive(Duration.ZERO);
  }

  @Override
  public void close() {
    socket.close();
  }
}
