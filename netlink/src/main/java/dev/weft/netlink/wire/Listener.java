package dev.weft.netlink.wire;

import static dev.weft.netlink.Libc.check;

import dev.weft.netlink.Errno;
import dev.weft.netlink.Libc;
import dev.weft.netlink.NetlinkException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Waits for notifications of the multicast groups of a socket.
 *
 * @param <N> a notification
 */
public final class Listener<N> implements AutoCloseable {
  private final ReentrantLock reading = new ReentrantLock();
  private final NetlinkSocket socket;
  private final Meaning<N> meaning;
  private final N overrun;
  private final int wakeUp;
  private final MessageReader reader = new MessageReader();
  private final Queue<N> pending = new ArrayDeque<>();
  private volatile boolean closed;

  /** Decodes messages. */
  @FunctionalInterface
  public interface Meaning<N> {
    /** {@code null} for a message of a kind that this package does not know. */
    @Nullable N read(int type, Payload payload);
  }

  /**
   * A listener without groups.
   *
   * @param overrun reported when notifications were lost
   */
  public Listener(NetlinkSocket socket, Meaning<N> meaning, N overrun) {
    this.socket = socket;
    this.meaning = meaning;
    this.overrun = overrun;
    this.wakeUp = check(Libc.eventfd(), "make an eventfd");
  }

  /** Sets the receive buffer to this many bytes. */
  public void receiveBuffer(int bytes) {
    socket.receiveBuffer(bytes);
  }

  public void join(int group) {
    socket.join(group);
  }

  /** The next notification; empty when closed, also by another thread while this one waits. */
  public Optional<N> next() {
    reading.lock();
    try {
      while (!closed) {
        N next = pending.poll();
        if (next != null) {
          return Optional.of(next);
        }
        receive();
      }
      return Optional.empty();
    } finally {
      reading.unlock();
    }
  }

  /**
   * Notifications so far, without waiting; none when closed. If they arrive faster than they are
   * read, it returns about {@code most}; the next call returns the rest.
   */
  public List<N> more(int most) {
    reading.lock();
    try {
      while (!closed && pending.size() < most && take()) {
        // until nothing is left
      }
      List<N> more = List.copyOf(pending);
      pending.clear();
      return more;
    } finally {
      reading.unlock();
    }
  }

  private void receive() {
    if (!take()) {
      await();
    }
  }

  /** Reads pending notifications, if any. */
  private boolean take() {
    int size = socket.receiveNow();
    switch (-size) {
      case Errno.EAGAIN -> {
        return false;
      }
      case Errno.ENOBUFS -> pending.add(overrun);
      default -> {
        check(size, "receive notifications");
        datagram(size);
        socket.wipe();
      }
    }
    return true;
  }

  private void datagram(int size) {
    try {
      reader.reset(socket.buffer(), socket.requireFit(size));
      while (reader.next()) {
        message();
      }
    } catch (NetlinkException e) {
      Unreadable.skip("notifications", e);
    }
  }

  private void message() {
    try {
      N notification = meaning.read(reader.type(), reader.payload());
      if (notification != null) {
        pending.add(notification);
      }
    } catch (RuntimeException e) {
      Unreadable.skip("notification of type " + reader.type(), e);
    }
  }

  private void await() {
    int ready = Libc.awaitReadable(socket.fd(), wakeUp);
    if (ready != -Errno.EINTR) {
      check(ready, "wait for notifications");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    check(Libc.signal(wakeUp), "wake up the reader of notifications");
    reading.lock();
    try {
      socket.close();
      Libc.close(wakeUp);
    } finally {
      reading.unlock();
    }
  }
}
