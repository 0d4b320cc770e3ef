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
 * A network namespace, held open by a file descriptor: it exists at least until this object is
 * closed. Two objects are equal if they refer to the same namespace of the kernel. Names are those
 * of {@code ip netns}.
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

  /** A task to run in a namespace. */
  @FunctionalInterface
  public interface Task<T extends @Nullable Object, X extends Exception> {
    /** Runs on a thread inside the namespace. */
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
   * Opens the namespace behind a file and keeps a thread in it until it is closed. For callers that
   * run several tasks there in sequence.
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

  /** Opens the namespace with this name under {@code /run/netns}. */
  public static NetworkNamespace named(String name) {
    return open(NamedNamespaces.path(name));
  }

  /** Creates a namespace without a name; it ends when nothing holds it. */
  public static NetworkNamespace createUnnamed() {
    return Inside.freshThread(() -> {
      unshare();
      return current();
    });
  }

  /** Creates a named namespace under {@code /run/netns}, as {@code ip netns add} does. */
  public static NetworkNamespace create(String name) {
    return NamedNamespaces.create(name);
  }

  /** Removes the name; the namespace ends when nothing else holds it. */
  public static void delete(String name) {
    NamedNamespaces.delete(name);
  }

  /** Names under {@code /run/netns}, sorted. */
  public static List<String> names() {
    return NamedNamespaces.names();
  }

  /**
   * Runs a task inside the namespace, on a new platform thread or on the thread of {@link
   * #inhabit}. The caller's namespace never changes. Virtual threads may call this. It passes an
   * interrupt of the caller on to the task.
   *
   * <p>The task must start no thread and resume no virtual thread, as by a lock or a future that
   * one waits for: a thread inherits the namespace of the thread that starts it, and so does a
   * carrier.
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

  /** Path by which this process can open the namespace until this object is closed. */
  public Path file() {
    return Path.of("/proc/self/fd/" + fd());
  }

  /** A second reference to the same namespace, closed separately. */
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
