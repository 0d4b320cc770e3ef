package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.netlink.IpPrefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.function.Supplier;

/**
 * Counts the VXLAN packets that arrive at a node, as the node's own UDP socket receives them. It
 * ignores IPv6's own multicasts.
 */
public final class VxlanCapture implements AutoCloseable {
  private static final int PORT = 4789;
  private static final int INNER_DESTINATION = 8;
  private static final int PATIENCE_MILLIS = 3000;

  private final DatagramSocket socket;

  private VxlanCapture(DatagramSocket socket) {
    this.socket = socket;
  }

  /** Captures at a node that carries no network itself, so that the port is free. */
  public static VxlanCapture of(Box node, String device) {
    node.link(device);
    return new VxlanCapture(open(node, PORT));
  }

  private static DatagramSocket open(Box node, int port) {
    return node.namespace()
        .call(() -> {
          try {
            return new DatagramSocket(port);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Number of packets that arrived since the last count. */
  public int vxlanFrames() {
    int count = 0;
    while (receive(1)) {
      count++;
    }
    return count;
  }

  public void awaitVxlanFrame() {
    if (!receive(PATIENCE_MILLIS)) {
      throw new AssertionError("no VXLAN packet arrived");
    }
  }

  private boolean receive(int millis) {
    byte[] packet = new byte[2048];
    try {
      socket.setSoTimeout(millis);
      do {
        socket.receive(new DatagramPacket(packet, packet.length));
      } while (packet[INNER_DESTINATION] == 0x33 && packet[INNER_DESTINATION + 1] == 0x33);
      return true;
    } catch (SocketTimeoutException none) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes a sandbox send a packet to an address, so that it resolves the address. */
  public static void ask(Box sandbox, String address) {
    sandbox
        .namespace()
        .call(() -> {
          try (DatagramSocket sender = new DatagramSocket()) {
            sender.send(
                new DatagramPacket(
                    new byte[1], 1, new InetSocketAddress(IpPrefix.parseAddress(address), 9)));
            return true;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Runs a task while a socket of this process holds the port. */
  public static <T> T withUdpPort(Box node, int port, Supplier<T> action) {
    DatagramSocket socket = open(node, port);
    try {
      return action.get();
    } finally {
      socket.close();
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
