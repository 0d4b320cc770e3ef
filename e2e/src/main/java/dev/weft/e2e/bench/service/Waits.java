package dev.weft.e2e.bench.service;

import static org.awaitility.Awaitility.await;

import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Waits for tasks and for connections to them. */
final class Waits {
  static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Polling interval, long enough to leave the processors to the measured programs. */
  private static final Duration LOOK = Duration.ofMillis(10);

  private Waits() {}

  /** Time at which every sandbox has connected to all these addresses. */
  static long reach(Iterable<NetworkNamespace> sandboxes, List<InetAddress> addresses, int port) {
    for (NetworkNamespace sandbox : sandboxes) {
      for (InetAddress address : addresses) {
        until(() -> connects(sandbox, address, port));
      }
    }
    return System.nanoTime();
  }

  private static boolean connects(NetworkNamespace sandbox, InetAddress address, int port) {
    try (SocketChannel channel = sandbox.call(() -> SocketChannel.open())) {
      Socket socket = channel.socket();
      socket.connect(new InetSocketAddress(address, port), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Processes of httpd with an environment variable. */
  static List<Long> processes(String variable) {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(each -> each.getFileName().toString().matches("\\d+"))
          .filter(each -> has(each, variable))
          .map(each -> Long.valueOf(each.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean has(Path process, String variable) {
    try {
      return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
              .contains("httpd\0")
          && Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1)
              .contains(variable + "\0");
    } catch (IOException ended) {
      return false;
    }
  }

  static void until(java.util.concurrent.Callable<Boolean> done) {
    await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(LOOK).until(done);
  }

  static long millis(long nanos) {
    return nanos / 1_000_000;
  }
}
