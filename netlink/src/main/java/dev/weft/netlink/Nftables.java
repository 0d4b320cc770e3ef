package dev.weft.netlink;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The packet filter of a namespace through {@code libnftables.so.1}. One command text is one
 * transaction: all of it takes effect, or nothing. May be shared: calls wait for each other, as the
 * library keeps state for the whole process.
 */
public final class Nftables implements AutoCloseable {
  private static final ReentrantLock LIBRARY = new ReentrantLock();

  private final NetworkNamespace namespace;
  private final NftContext plain;
  private @Nullable NftContext json;
  private boolean closed;

  private Nftables(NetworkNamespace namespace) {
    this.namespace = namespace;
    this.plain = NftContext.open(false);
  }

  /**
   * The calling thread's namespace.
   *
   * @throws NftablesException if the library is not there
   */
  public static Nftables open() {
    return within(NetworkNamespace.current());
  }

  /**
   * A namespace, which may be closed after.
   *
   * @throws NftablesException if the library is not there
   */
  public static Nftables open(NetworkNamespace namespace) {
    return within(namespace.duplicate());
  }

  private static Nftables within(NetworkNamespace own) {
    LIBRARY.lock();
    try {
      return own.call(() -> new Nftables(own));
    } catch (RuntimeException e) {
      own.close();
      throw e;
    } finally {
      LIBRARY.unlock();
    }
  }

  /**
   * Runs commands, written as JSON ({@code {"nftables":[…]}}, see libnftables-json(5)) or in nft's
   * own language.
   *
   * @return what the commands printed, as JSON; empty if nothing
   * @throws NftablesException with libnftables' own words
   */
  public String run(String commands) {
    return run(commands, true);
  }

  /** The same in nft's own language only, printed in it as well. */
  public String runPlain(String commands) {
    return run(commands, false);
  }

  /** The library opens further sockets while it runs, so it has to run inside the namespace. */
  private String run(String commands, boolean asJson) {
    LIBRARY.lock();
    try {
      if (closed) {
        throw new IllegalStateException("this nftables handle is closed");
      }
      return namespace.call(() -> (asJson ? json() : plain).run(commands));
    } finally {
      LIBRARY.unlock();
    }
  }

  private NftContext json() {
    if (json == null) {
      json = NftContext.open(true);
    }
    return json;
  }

  @Override
  public void close() {
    LIBRARY.lock();
    try {
      if (!closed) {
        closed = true;
        if (json != null) {
          json.close();
        }
        plain.close();
        namespace.close();
      }
    } finally {
      LIBRARY.unlock();
    }
  }
}
