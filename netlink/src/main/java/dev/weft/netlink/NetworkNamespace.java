package dev.weft.netlink;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace, held by a file descriptor: it lives at least as long as this object is open.
 * Two are equal if they are the same namespace of the kernel.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class NetworkNamespace implements AutoCloseable {
  private NetworkNamespace() {}

  /** What to do in a namespace. */
  @FunctionalInterface
  public interface Task<T extends @Nullable Object, X extends Exception> {
    /** Does it, on a thread inside the namespace. */
    T run() throws X;
  }

  /**
   * Identity of a namespace.
   *
   * @param device of the file ({@code st_dev})
   * @param inode of the file ({@code st_ino})
   */
  public record Id(long device, long inode) {}

  /** The calling thread's namespace. */
  public static NetworkNamespace current() {
    throw new UnsupportedOperationException();
  }

  /** The namespace behind a file such as {@code /proc/42/ns/net}. */
  public static NetworkNamespace open(Path path) {
    throw new UnsupportedOperationException();
  }

  /** The namespace called so under {@code /run/netns}. */
  public static NetworkNamespace named(String name) {
    throw new UnsupportedOperationException();
  }

  /** A new namespace that is gone when nothing holds it any more. */
  public static NetworkNamespace createUnnamed() {
    throw new UnsupportedOperationException();
  }

  /** A new namespace under {@code /run/netns}, the same as {@code ip netns add} makes. */
  public static NetworkNamespace create(String name) {
    throw new UnsupportedOperationException();
  }

  /** Removes the name; the namespace goes when nothing else holds it. */
  public static void delete(String name) {
    throw new UnsupportedOperationException();
  }

  /** Names under {@code /run/netns}, sorted. */
  public static List<String> names() {
    throw new UnsupportedOperationException();
  }

  /**
   * Runs a task inside the namespace, on a platform thread of its own that is thrown away after it:
   * the caller's namespace never changes. May be called from a virtual thread.
   */
  public <T extends @Nullable Object, X extends Exception> T call(Task<T, X> task) throws X {
    throw new UnsupportedOperationException();
  }

  /** The kernel's identity of the namespace. */
  public Id id() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
