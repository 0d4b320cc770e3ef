package dev.weft.agent.dataplane.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds the process that uses a UDP port of the node. */
public final class UdpPort {
  private static final int LOCAL_ADDRESS = 1;
  private static final int INODE = 9;
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private UdpPort() {}

  /** Describes the process. */
  public static String user(HostKernel kernel, int port) {
    Set<String> sockets =
        kernel
            .namespace()
            .call(() -> {
              Set<String> found = sockets(Path.of("/proc/thread-self/net/udp"), port);
              found.addAll(sockets(Path.of("/proc/thread-self/net/udp6"), port));
              return found;
            });
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, sockets)) {
          return "process %s (%s)"
              .formatted(process.getFileName(), Files.readString(process.resolve("comm")).strip());
        }
      }
    } catch (IOException e) {
      return "a process that can not be named";
    }
    return "a socket of another container or of the kernel";
  }

  /** Reads a socket file; a kernel without IPv6 has none for it. */
  static Set<String> sockets(Path file, int port) {
    Set<String> found = new HashSet<>();
    if (!Files.exists(file)) {
      return found;
    }
    try {
      for (String line : Files.readAllLines(file)) {
        List<String> words = BLANKS.splitAsStream(line.strip()).toList();
        if (words.size() > INODE && words.get(LOCAL_ADDRESS).endsWith(":%04X".formatted(port))) {
          found.add("socket:[" + words.get(INODE) + "]");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static boolean holds(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
          return true;
        }
      }
    } catch (IOException e) {
      // The process ended, or closed a descriptor, during the search.
      return false;
    }
    return false;
  }
}
