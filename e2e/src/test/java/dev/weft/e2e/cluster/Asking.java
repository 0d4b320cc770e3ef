package dev.weft.e2e.cluster;

import dev.weft.netlink.NetworkNamespace;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** A client in a sandbox, which asks {@link Answering} tasks for their numbers. */
record Asking(NetworkNamespace sandbox) {
  /** Connects, and stays connected. */
  SocketChannel connect(InetAddress address, int port) throws IOException {
    SocketChannel channel = sandbox.call(() -> SocketChannel.open());
    try {
      channel.connect(new InetSocketAddress(address, port));
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** The number of the task that answers a new connection. */
  int ask(InetAddress address, int port) throws IOException {
    try (SocketChannel channel = connect(address, port)) {
      // avoids TIME_WAIT, because thousands of requests follow each other
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      return read(channel);
    }
  }

  /** The number that a connection brings next. */
  static int read(SocketChannel channel) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    if (channel.read(one) < 0) {
      throw new EOFException("the task closed the connection");
    }
    return one.get(0);
  }

  /** The number of the task that answers a datagram. */
  int askByDatagram(InetAddress address, int port) throws IOException {
    try (DatagramChannel channel = sandbox.call(() -> DatagramChannel.open())) {
      channel.connect(new InetSocketAddress(address, port));
      channel.write(ByteBuffer.wrap(new byte[] {0}));
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one);
      return one.get(0);
    }
  }

  /** Asks repeatedly until it is stopped. */
  Steady steadily(InetAddress address, int port) {
    Steady steady = new Steady();
    steady.thread =
        Thread.ofPlatform()
            .name("asks")
            .start(() -> {
              while (!steady.stopped.get()) {
                try {
                  steady
                      .answers
                      .computeIfAbsent(ask(address, port), _ -> new LongAdder())
                      .increment();
                } catch (IOException e) {
                  steady.failures.add(e.toString());
                }
              }
            });
    return steady;
  }

  /** Result of asking repeatedly. */
  static final class Steady {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<Integer, LongAdder> answers = new ConcurrentHashMap<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private Thread thread = Thread.currentThread();

    /** How often a task has answered so far. */
    long answers(int number) {
      LongAdder count = answers.get(number);
      return count == null ? 0 : count.sum();
    }

    /** All answers so far. */
    long answers() {
      return answers.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Stops asking; returns the failures. */
    List<String> stop() throws InterruptedException {
      stopped.set(true);
      thread.join();
      return List.copyOf(failures);
    }
  }
}
