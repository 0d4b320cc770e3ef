package dev.weft.netlink.nft;

import dev.weft.netlink.NetworkNamespace;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The packet filter of a namespace through {@code libnftables.so.1}. One command text is one
 * transaction: all of it takes effect, or nothing. May be shared: calls wait for each other, as the
 * library keeps state for the whole process. Between calls it holds one descriptor, the
 * namespace's, whatever its number.
 */
public final class Nftables implements AutoCloseable {
  private static final ReentrantLock LIBRARY = new ReentrantLock();

  private final NetworkNamespace namespace;
  private boolean closed;

  private Nftables(NetworkNamespace namespace) {
    this.namespace = namespace;
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
    try {
      NftContext.require();
      return new Nftables(own);
    } catch (RuntimeException e) {
      own.close();
      throw e;
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

  private String run(String commands, boolean asJson) {
    LIBRARY.lock();
    try {
      if (closed) {
        throw new IllegalStateException("this nftables handle is closed");
      }
      return namespace.call(() -> NftContext.run(commands, asJson));
    } finally {
      LIBRARY.unlock();
    }
  }

  @Override
  public void close() {
    LIBRARY.lock();
    try {
      if (!closed) {
        closed = true;
        namespace.close();
      }
    } finally {
      LIBRARY.unlock();
    }
  }
}
