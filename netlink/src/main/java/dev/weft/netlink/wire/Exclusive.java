package dev.weft.netlink.wire;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** A socket that threads share: calls wait for each other, and fail after it is closed. */
public final class Exclusive implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final NetlinkSocket socket;
  private final String name;
  private boolean closed;

  /**
   * Takes over {@code socket} and closes it with this object.
   *
   * @param name of the handle, for the error of a call after it is closed
   */
  public Exclusive(NetlinkSocket socket, String name) {
    this.socket = socket;
    this.name = name;
  }

  /** Makes a call; the socket's writer is empty at its start. */
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
