package dev.weft.e2e.cluster;

import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A task that sends its number, one byte, to each client that connects or sends a datagram, and
 * again for every byte received on a connection.
 */
final class Answering implements AutoCloseable {
  private final byte number;
  private final ServerSocketChannel server;
  private final DatagramChannel datagrams;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();

  private Answering(int number, ServerSocketChannel server, DatagramChannel datagrams) {
    this.number = (byte) number;
    this.server = server;
    this.datagrams = datagrams;
  }

  /** Answers at a port of every address of a sandbox, of both families. */
  static Answering start(NetworkNamespace sandbox, int port, int number) throws IOException {
    ServerSocketChannel server = sandbox.call(() -> ServerSocketChannel.open());
    server.bind(new InetSocketAddress("::", port), 1024);
    DatagramChannel datagrams = sandbox.call(() -> DatagramChannel.open());
    datagrams.bind(new InetSocketAddress("::", port));
    Answering answering = new Answering(number, server, datagrams);
    Thread.ofPlatform().daemon().name("answers " + number).start(answering::accept);
    Thread.ofPlatform().daemon().name("echoes " + number).start(answering::receive);
    return answering;
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = server.accept();
        connections.add(connection);
        connection.write(ByteBuffer.wrap(new byte[] {number}));
        Thread.ofVirtual().start(() -> serve(connection));
      }
    } catch (AsynchronousCloseException end) {
      // closed
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      ByteBuffer one = ByteBuffer.allocate(1);
      while (connection.read(one.clear()) == 1) {
        connection.write(ByteBuffer.wrap(new byte[] {number}));
      }
    } catch (IOException end) {
      // the client has gone, or this is closed
    } finally {
      connections.remove(connection);
    }
  }

  private void receive() {
    try {
      ByteBuffer any = ByteBuffer.allocate(16);
      while (true) {
        SocketAddress from = datagrams.receive(any.clear());
        datagrams.send(ByteBuffer.wrap(new byte[] {number}), from);
      }
    } catch (ClosedChannelException end) {
      // closed
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    datagrams.close();
    for (SocketChannel each : connections) {
      each.close();
    }
  }
}
