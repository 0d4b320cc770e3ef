package dev.weft.e2e.machine;

import static org.awaitility.Awaitility.await;

import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A busy TCP connection through a tunnel, whose bytes are checked. */
final class SteadyStream implements AutoCloseable {
  private static final int PORT = 7000;
  private static final int CHUNK = 16 << 10;

  /** Fewer packets than the kernel queues for one processor, so that none is dropped. */
  private static final int UNDER_WAY = 64 << 10;

  private final Socket sender;
  private final Socket receiver;
  private final AtomicLong received = new AtomicLong();
  private volatile @Nullable Throwable failure;
  private volatile boolean stopping;

  private SteadyStream(Socket sender, Socket receiver) {
    this.sender = sender;
    this.receiver = receiver;
    Thread.ofPlatform().daemon().start(() -> guarded(this::send));
    Thread.ofPlatform().daemon().start(() -> guarded(this::receive));
  }

  private interface Work {
    void run() throws IOException;
  }

  static SteadyStream start(TunnelHost from, TunnelHost to) {
    return start(from.namespace(), to.namespace(), to.inside());
  }

  /**
   * Starts a stream from one namespace to another.
   *
   * @param address of the receiver
   */
  static SteadyStream start(NetworkNamespace from, NetworkNamespace to, InetAddress address) {
    try (ServerSocket server = to.call(() -> new ServerSocket(PORT, 1, address))) {
      Socket sender =
          from.call(() -> {
            Socket socket = new Socket();
            socket.setSendBufferSize(UNDER_WAY);
            socket.connect(new InetSocketAddress(address, PORT), 20_000);
            return socket;
          });
      return new SteadyStream(sender, server.accept());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Number of received bytes, all of which were correct. */
  long received() {
    return received.get();
  }

  void awaitMore(long bytes) {
    long now = received.get();
    await("bytes of the stream")
        .atMost(Duration.ofMinutes(2))
        .until(() -> failed() || received.get() >= now + bytes);
    if (failed()) {
      throw new AssertionError("the stream broke", failure);
    }
  }

  private boolean failed() {
    return failure != null;
  }

  private void send() throws IOException {
    byte[] chunk = new byte[CHUNK];
    for (long position = 0; !stopping; position += CHUNK) {
      for (int i = 0; i < CHUNK; i++) {
        chunk[i] = (byte) expected(position + i);
      }
      sender.getOutputStream().write(chunk);
    }
  }

  private void receive() throws IOException {
    byte[] chunk = new byte[CHUNK];
    for (long position = 0; !stopping; ) {
      int size = receiver.getInputStream().read(chunk);
      if (size < 0) {
        throw new IOException("it ended");
      }
      for (int i = 0; i < size; i++) {
        if (chunk[i] != (byte) expected(position + i)) {
          throw new IOException("byte %d is another one".formatted(position + i));
        }
      }
      position += size;
      received.set(position);
    }
  }

  private static int expected(long position) {
    return (int) (position ^ position >>> 8);
  }

  private void guarded(Work work) {
    try {
      work.run();
    } catch (IOException e) {
      if (!stopping) {
        failure = e;
      }
    }
  }

  /** Ends it; fails if it broke before. */
  void stop() {
    close();
    if (failed()) {
      throw new AssertionError("the stream broke", failure);
    }
  }

  @Override
  public void close() {
    stopping = true;
    try {
      sender.close();
      receiver.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
