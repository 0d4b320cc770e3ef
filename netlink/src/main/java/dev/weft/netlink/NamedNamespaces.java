package dev.weft.netlink;

import static dev.weft.netlink.Libc.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Named network namespaces: files under {@code /run/netns}, each with a namespace bind-mounted on
 * it. The directory is a shared mount: a name removed in one mount namespace disappears in all.
 */
final class NamedNamespaces {
  private static final Path DIRECTORY = Path.of("/run/netns");
  private static final int ENOENT = 2;
  private static final int EEXIST = 17;

  private NamedNamespaces() {}

  static Path path(String name) {
    if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals(".") || name.equals("..")) {
      throw new IllegalArgumentException(
          "'%s' can not be a namespace's name; it names a file in %s".formatted(name, DIRECTORY));
    }
    return DIRECTORY.resolve(name);
  }

  static NetworkNamespace create(String name) {
    Path path = path(name);
    String operation = "add network namespace " + name;
    share();
    try {
      Files.createFile(path, PosixFilePermissions.asFileAttribute(Set.of()));
    } catch (FileAlreadyExistsException e) {
      throw new NetlinkException(operation, EEXIST, path + " is there");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      return Inside.freshThread(() -> {
        NetworkNamespace.unshare();
        check(Libc.mount("/proc/thread-self/ns/net", path.toString(), Libc.MS_BIND), operation);
        return NetworkNamespace.current();
      });
    } catch (NetlinkException e) {
      remove(path, operation);
      throw e;
    }
  }

  static void delete(String name) {
    Path path = path(name);
    String operation = "remove network namespace " + name;
    int unmounted = Libc.umount(path.toString(), Libc.MNT_DETACH);
    if (unmounted != -Errno.EINVAL) {
      check(unmounted, operation);
    }
    remove(path, operation);
  }

  static List<String> names() {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes the directory a shared mount; first bind-mounts it on itself if it is not a mount yet.
   */
  private static void share() {
    try {
      Files.createDirectories(DIRECTORY);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String directory = DIRECTORY.toString();
    int shared = Libc.mount("none", directory, Libc.MS_SHARED | Libc.MS_REC);
    if (shared == -Errno.EINVAL) {
      check(
          Libc.mount(directory, directory, Libc.MS_BIND | Libc.MS_REC),
          "mount " + directory + " on itself");
      shared = Libc.mount("none", directory, Libc.MS_SHARED | Libc.MS_REC);
    }
    check(shared, "share mount " + directory);
  }

  private static void remove(Path path, String operation) {
    try {
      Files.delete(path);
    } catch (NoSuchFileException _) {
      throw new NetlinkException(operation, ENOENT, path + " is not there");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
