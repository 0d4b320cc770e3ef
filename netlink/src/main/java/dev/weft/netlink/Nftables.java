package dev.weft.netlink;

/**
 * The packet filter of a namespace through {@code libnftables.so.1}. One command text is one
 * transaction: all of it takes effect, or nothing. May be shared: calls wait for each other.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Nftables implements AutoCloseable {
  private Nftables() {}

  /** The calling thread's namespace. */
  public static Nftables open() {
    throw new UnsupportedOperationException();
  }

  /** A namespace, which may be closed after. */
  public static Nftables open(NetworkNamespace namespace) {
    throw new UnsupportedOperationException();
  }

  /**
   * Runs commands, written as JSON ({@code {"nftables":[…]}}, see libnftables-json(5)) or in nft's
   * own language.
   *
   * @return what the commands printed, as JSON; empty if nothing
   * @throws NftablesException with libnftables' own words
   */
  public String run(String commands) {
    throw new UnsupportedOperationException();
  }

  /** The same with the output in nft's own language. */
  public String runPlain(String commands) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
