package dev.weft.e2e.net;

import dev.weft.netlink.NetworkNamespace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Sends frames on a link as they are, bypassing routes, filters and IPsec ({@code packet(7)}). */
public final class FrameSender implements AutoCloseable {
  private static final int SOCKADDR_LL = 20;

  private final RawSocket socket;
  private final byte[] address;

  private FrameSender(RawSocket socket, byte[] address) {
    this.socket = socket;
    this.address = address;
  }

  /** Sends on a link, by its index in {@code namespace}. */
  public static FrameSender open(NetworkNamespace namespace, int link) {
    ByteBuffer address = ByteBuffer.allocate(SOCKADDR_LL).order(ByteOrder.nativeOrder());
    address.putShort((short) RawSocket.AF_PACKET).putShort((short) 0).putInt(link);
    return new FrameSender(
        namespace.call(() -> RawSocket.open(RawSocket.AF_PACKET, RawSocket.SOCK_RAW, 0)),
        address.array());
  }

  /**
   * Sends a frame.
   *
   * @param frame from its Ethernet header on
   * @return whether the kernel accepted it
   */
  public boolean send(byte[] frame) {
    return socket.send(frame, address);
  }

  @Override
  public void close() {
    socket.close();
  }
}
