package dev.weft.agent;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP connection to a server on this machine that can be cut and mended. */
final class Wire implements AutoCloseable {
  private final int target;
  private final int port;
  private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket listener;

  Wire(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.port = listener.getLocalPort();
    accept(listener);
  }

  int port() {
    return port;
  }

  /** Closes every connection and takes no more. */
  void cut() throws IOException {
    listener.close();
    for (Closeable each : open) {
      each.close();
    }
    open.clear();
  }

  /** Takes connections again. */
  void mend() throws IOException {
    listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    accept(listener);
  }

  @Override
  public void close() throws IOException {
    cut();
  }

  private void accept(ServerSocket on) {
    Thread.startVirtualThread(() -> {
      try {
        while (true) {
          Socket near = on.accept();
          Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
          open.add(near);
          open.add(far);
          copy(near, far);
          copy(far, near);
        }
      } catch (IOException e) {
        if (!on.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    });
  }

  private static void copy(Socket from, Socket to) {
    Thread.startVirtualThread(() -> {
      try (from;
          to) {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException e) {
        // The wire was cut, which is what it is for.
      }
    });
  }
}
