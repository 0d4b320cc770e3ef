package dev.weft.netlink;

import static dev.weft.netlink.Libc.check;

import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells what changes in a namespace: links, addresses, routes, neighbours and forwarding entries
 * ({@code RTNLGRP_*}). It tells changes from the moment it is open, so open it first and dump then.
 */
public final class Monitor implements AutoCloseable {
  private final ReentrantLock reading = new ReentrantLock();
  private final NetlinkSocket socket;
  private final int wakeUp;
  private final MessageReader reader = new MessageReader();
  private final Queue<Notification> pending = new ArrayDeque<>();
  private volatile boolean closed;

  private Monitor(NetlinkSocket socket, Set<Group> groups) {
    this.socket = socket;
    this.wakeUp = check(Libc.eventfd(), "make an eventfd");
    join(groups);
  }

  /** What to be told of. */
  public enum Group {
    /** Links and bridge ports ({@code RTNLGRP_LINK}). */
    LINKS(RtnetlinkH.RTNLGRP_LINK),
    /** Addresses ({@code RTNLGRP_IPV4_IFADDR}, {@code RTNLGRP_IPV6_IFADDR}). */
    ADDRESSES(RtnetlinkH.RTNLGRP_IPV4_IFADDR, RtnetlinkH.RTNLGRP_IPV6_IFADDR),
    /** Routes ({@code RTNLGRP_IPV4_ROUTE}, {@code RTNLGRP_IPV6_ROUTE}). */
    ROUTES(RtnetlinkH.RTNLGRP_IPV4_ROUTE, RtnetlinkH.RTNLGRP_IPV6_ROUTE),
    /** IP neighbours and forwarding entries ({@code RTNLGRP_NEIGH}). */
    NEIGHBOURS(RtnetlinkH.RTNLGRP_NEIGH);

    @SuppressWarnings("ImmutableEnumChecker")
    private final int[] numbers;

    Group(int... numbers) {
      this.numbers = numbers;
    }
  }

  /** Watches the calling thread's namespace. */
  public static Monitor open() {
    return new Monitor(NetlinkSocket.open(), EnumSet.allOf(Group.class));
  }

  /** Watches a namespace, which may be closed after. */
  public static Monitor open(NetworkNamespace namespace) {
    return open(namespace, EnumSet.allOf(Group.class));
  }

  /** Watches some of what changes in a namespace, which may be closed after. */
  public static Monitor open(NetworkNamespace namespace, Set<Group> groups) {
    return new Monitor(namespace.call(NetlinkSocket::open), groups);
  }

  /** The same with room for so many bytes of what has not been read. */
  static Monitor open(NetworkNamespace namespace, Set<Group> groups, int receiveBuffer) {
    Monitor monitor = open(namespace, Set.of());
    monitor.socket.receiveBuffer(receiveBuffer);
    monitor.join(groups);
    return monitor;
  }

  private void join(Set<Group> groups) {
    for (Group group : groups) {
      for (int number : group.numbers) {
        socket.join(number);
      }
    }
  }

  /**
   * Waits for the next change. To be called by one thread at a time; it should be a platform
   * thread, as a waiting virtual thread would keep its carrier.
   *
   * @return empty when the monitor is closed, also by another thread while this one waits
   */
  public Optional<Notification> next() {
    reading.lock();
    try {
      while (!closed) {
        Notification next = pending.poll();
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

  private void receive() {
    int size = socket.receiveNow();
    switch (-size) {
      case Errno.EAGAIN -> await();
      case Errno.ENOBUFS -> pending.add(new Notification.Overrun());
      default -> {
        check(size, "receive notifications");
        reader.reset(socket.buffer(), socket.requireFit(size));
        while (reader.next()) {
          Notification notification = Notifications.read(reader.type(), reader.payload());
          if (notification != null) {
            pending.add(notification);
          }
        }
      }
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
