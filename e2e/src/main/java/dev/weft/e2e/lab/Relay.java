package dev.weft.e2e.lab;

import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Forwards TCP connections from a listener in one namespace to an address in this JVM's namespace.
 * It knows no protocol. Clients can be disconnected by their address.
 */
public final class Relay implements AutoCloseable {
  private final ServerSocketChannel server;
  private final InetSocketAddress target;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final Set<InetAddress> cut = ConcurrentHashMap.newKeySet();

  private record Connection(InetAddress client, SocketChannel near, SocketChannel far) {
    void close() {
      closeQuietly(near);
      closeQuietly(far);
    }
  }

  private Relay(ServerSocketChannel server, InetSocketAddress target) {
    this.server = server;
    this.target = target;
  }

  static Relay open(
      NetworkNamespace namespace, InetSocketAddress listen, InetSocketAddress target) {
    try {
      // a channel stays in the namespace where it was opened
      ServerSocketChannel server =
          namespace.<ServerSocketChannel, IOException>call(
              () -> ServerSocketChannel.open().bind(listen));
      Relay relay = new Relay(server, target);
      Thread.ofPlatform().daemon().name("relay").start(relay::accept);
      return relay;
    } catch (IOException e) {
      throw new UncheckedIOException("the relay could not listen on " + listen, e);
    }
  }

  /** Closes a client's connections and refuses new ones until {@link #restore}. */
  public void cut(InetAddress client) {
    cut.add(client);
    connections.stream().filter(each -> each.client().equals(client)).forEach(Connection::close);
  }

  /** Accepts a client's connections again. */
  public void restore(InetAddress client) {
    cut.remove(client);
  }

  @Override
  public void close() {
    closeQuietly(server);
    connections.forEach(Connection::close);
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel near = server.accept();
        Thread.ofPlatform().daemon().name("relay").start(() -> connect(near));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void connect(SocketChannel near) {
    try {
      InetAddress client = ((InetSocketAddress) near.getRemoteAddress()).getAddress();
      if (cut.contains(client)) {
        near.close();
        return;
      }
      SocketChannel far = SocketChannel.open(target);
      near.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
      far.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
      Connection connection = new Connection(client, near, far);
      connections.add(connection);
      if (cut.contains(client)) {
        connection.close();
      }
      Thread.ofPlatform().daemon().name("relay").start(() -> pump(connection, near, far));
      pump(connection, far, near);
    } catch (IOException e) {
      closeQuietly(near);
    }
  }

  private void pump(Connection connection, SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // one side closed the connection: the code below closes the other
    }
    connection.close();
    connections.remove(connection);
  }

  private static void closeQuietly(AutoCloseable channel) {
    try {
      channel.close();
    } catch (Exception e) {
      // nothing can be done with a channel that fails to close
    }
  }
}
