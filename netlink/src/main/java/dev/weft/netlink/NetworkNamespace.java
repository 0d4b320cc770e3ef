package dev.weft.netlink;

import static dev.weft.netlink.Libc.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace, held by a file descriptor: it lives at least as long as this object is open.
 * Two are equal if they are the same namespace of the kernel. Names are those of {@code ip netns}.
 */
public final class NetworkNamespace implements AutoCloseable {
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  private final AtomicInteger fd;
  private final Id id;
  private final @Nullable Resident resident;

  private NetworkNamespace(int fd) {
    this.fd = new AtomicInteger(fd);
    this.id = identify(fd);
    this.resident = null;
  }

  private NetworkNamespace(NetworkNamespace empty) {
    this.fd = empty.fd;
    this.id = empty.id;
    this.resident = new Resident();
  }

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
    return open(OWN);
  }

  /** The namespace behind a file such as {@code /proc/42/ns/net}. */
  public static NetworkNamespace open(Path path) {
    return new NetworkNamespace(
        check(
            Libc.open(path.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC),
            "open network namespace " + path));
  }

  /**
   * The namespace behind a file, with a thread that lives in it until it is closed: for whoever has
   * several things to do there, one after the other.
   */
  public static NetworkNamespace inhabit(Path path) {
    NetworkNamespace namespace = new NetworkNamespace(open(path));
    try {
      return namespace.call(() -> {
        namespace.enter();
        return namespace;
      });
    } catch (NetlinkException e) {
      namespace.close();
      throw e;
    }
  }

  /** The namespace called so under {@code /run/netns}. */
  public static NetworkNamespace named(String name) {
    return open(NamedNamespaces.path(name));
  }

  /** A new namespace that is gone when nothing holds it any more. */
  public static NetworkNamespace createUnnamed() {
    return Inside.freshThread(() -> {
      unshare();
      return current();
    });
  }

  /** A new namespace under {@code /run/netns}, the same as {@code ip netns add} makes. */
  public static NetworkNamespace create(String name) {
    return NamedNamespaces.create(name);
  }

  /** Removes the name; the namespace goes when nothing else holds it. */
  public static void delete(String name) {
    NamedNamespaces.delete(name);
  }

  /** Names under {@code /run/netns}, sorted. */
  public static List<String> names() {
    return NamedNamespaces.names();
  }

  /**
   * Runs a task inside the namespace, on a platform thread of its own that is thrown away after it,
   * or on the one that inhabits it: the caller's namespace never changes. May be called from a
   * virtual thread. An interrupt of the caller is passed on to the task.
   */
  public <T extends @Nullable Object, X extends Exception> T call(Task<T, X> task) throws X {
    if (resident != null) {
      return resident.call(task);
    }
    return Inside.freshThread(() -> {
      enter();
      return task.run();
    });
  }

  private void enter() {
    check(Libc.setns(fd(), Libc.CLONE_NEWNET), "enter " + this);
  }

  /** The kernel's identity of the namespace. */
  public Id id() {
    return id;
  }

  /** A file by which this process opens the namespace, for as long as this object is not closed. */
  public Path file() {
    return Path.of("/proc/self/fd/" + fd());
  }

  /** A second hold on the same namespace, closed on its own. */
  public NetworkNamespace duplicate() {
    return open(file());
  }

  /** The descriptor; -1, which the kernel refuses, once this object is closed. */
  public int fd() {
    return fd.get();
  }

  /** Gives the calling thread a new namespace. */
  static void unshare() {
    check(Libc.unshare(Libc.CLONE_NEWNET), "make a network namespace");
  }

  @Override
  public void close() {
    if (resident != null) {
      resident.close();
    }
    int open = fd.getAndSet(-1);
    if (open >= 0) {
      Libc.close(open);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NetworkNamespace namespace && namespace.id.equals(id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "network namespace " + id.inode;
  }

  private static Id identify(int fd) {
    try {
      Path file = Path.of("/proc/self/fd/" + fd);
      return new Id(
          (long) Files.getAttribute(file, "unix:dev"), (long) Files.getAttribute(file, "unix:ino"));
    } catch (IOException e) {
      Libc.close(fd);
      throw new UncheckedIOException(e);
    }
  }
}
