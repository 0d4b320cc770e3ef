package dev.weft.netlink.wire;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** A socket that many threads share: their calls wait for each other, and none is after its end. */
public final class Exclusive implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final NetlinkSocket socket;
  private final String name;
  private boolean closed;

  /**
   * Closes {@code socket} when it is closed.
   *
   * @param name what the message of a call after the end calls closed
   */
  public Exclusive(NetlinkSocket socket, String name) {
    this.socket = socket;
    this.name = name;
  }

  /** Makes a call, which finds the socket's writer empty. */
  public <T> T call(Function<NetlinkSocket, T> work) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("this %s handle is closed".formatted(name));
      }
      socket.writer().clear();
      return work.apply(socket);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        socket.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
