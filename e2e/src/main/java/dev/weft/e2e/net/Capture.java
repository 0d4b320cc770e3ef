package dev.weft.e2e.net;

import dev.weft.netlink.NetworkNamespace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * All frames that come in through a link, from the moment it is open ({@code packet(7)}). What the
 * link sends is left out.
 */
public final class Capture implements AutoCloseable {
  private static final int ETH_P_ALL = 3;
  private static final int PACKET_OUTGOING = 4;
  private static final int PACKET_TYPE_OFFSET = 10;
  private static final Duration TURN = Duration.ofMillis(20);

  private final RawSocket socket;
  private final List<byte[]> frames = new CopyOnWriteArrayList<>();
  private final Thread reader;
  private volatile boolean closing;

  private Capture(RawSocket socket) {
    this.socket = socket;
    this.reader = Thread.ofPlatform().daemon().name("capture").start(this::read);
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

  /** What was captured so far, in order, each from its Ethernet header on. */
  public List<byte[]> frames() {
    return List.copyOf(frames);
  }

  private void read() {
    while (!closing) {
      Optional<RawSocket.Packet> packet = socket.receive(TURN);
      packet
          .filter(each -> each.sender()[PACKET_TYPE_OFFSET] != PACKET_OUTGOING)
          .ifPresent(each -> frames.add(each.data()));
    }
  }

  /** Ends it; {@link #frames()} stays. */
  @Override
  public void close() {
    closing = true;
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    socket.close();
  }
}
