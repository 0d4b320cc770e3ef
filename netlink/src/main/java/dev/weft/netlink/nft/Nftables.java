package dev.weft.netlink.nft;

import dev.weft.netlink.NetworkNamespace;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The packet filter of a namespace, through {@code libnftables.so.1}. One command text is one
 * transaction: all of it takes effect, or nothing. Threads may share it: calls wait for each other,
 * because the library keeps state for the whole process. Between calls it holds one descriptor,
 * that of the namespace, with any number.
 */
public final class Nftables implements AutoCloseable {
  private static final ReentrantLock LIBRARY = new ReentrantLock();

  private final NetworkNamespace namespace;
  private boolean closed;

  private Nftables(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  /**
   * Opens the calling thread's namespace.
   *
   * @throws NftablesException if the library is missing
   */
  public static Nftables open() {
    return within(NetworkNamespace.current());
  }

  /**
   * Opens a namespace, which may be closed afterwards.
   *
   * @throws NftablesException if the library is missing
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
   * @throws NftablesException with the message of libnftables
   */
  public String run(String commands) {
    return run(commands, true);
  }

  /** Runs commands in nft's own language and returns its plain output. */
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
