package dev.weft.netlink;

import java.util.Optional;

/**
 * Tells what changes in a namespace: links, addresses, routes, neighbours and forwarding entries
 * ({@code RTNLGRP_*}). It tells changes from the moment it is open, so open it first and dump then.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Monitor implements AutoCloseable {
  private Monitor() {}

  /** Watches the calling thread's namespace. */
  public static Monitor open() {
    throw new UnsupportedOperationException();
  }

  /** Watches a namespace, which may be closed after. */
  public static Monitor open(NetworkNamespace namespace) {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits for the next change. To be called by one thread at a time; it should be a platform
   * thread, as a waiting virtual thread would keep its carrier.
   *
   * @return empty when the monitor is closed, also by another thread while this one waits
   */
  public Optional<Notification> next() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
