package dev.weft.netlink.wire;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.netlink.Errno;
import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NetlinkSocketTest {
  private static final int ECONNREFUSED = 111;
  private static final int NLMSGHDR = 16;

  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  @Test
  void onlyTheKernelAnswers() {
    NetlinkSocket asked = kernel.closeLater(kernel.namespace().call(NetlinkSocket::netfilter));
    List<Integer> ports = kernel.namespace().call(() -> ports(NetlinkH.NETLINK_NETFILTER));
    assertThat(ports).hasSize(1);
    assertThat(kernel.namespace().call(() -> sendTo(ports.getFirst()))).isEqualTo(-ECONNREFUSED);
    assertThat(asked.receiveNow()).isEqualTo(-Errno.EAGAIN);
  }

  /** Sockets of a family in the namespace, without the kernel's own. */
  private static List<Integer> ports(int family) {
    try (var lines = Files.lines(Path.of("/proc/thread-self/net/netlink"))) {
      return lines
          .skip(1)
          .map(line -> line.split("\\s+"))
          .filter(each -> Integer.parseInt(each[1]) == family && !each[2].equals("0"))
          .map(each -> Integer.parseUnsignedInt(each[2]))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Sends an empty message as any process of the namespace could; returns the result of send(2).
   */
  private static int sendTo(int port) {
    int fd =
        Libc.check(
            Libc.socket(
                Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, NetlinkH.NETLINK_NETFILTER),
            "open the forger's socket");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(12, 4);
      address.set(JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
      address.set(JAVA_INT, 4, port);
      Libc.check(Libc.connect(fd, address), "connect the forger's socket");
      MemorySegment message = arena.allocate(NLMSGHDR, 4);
      message.set(JAVA_INT, 0, NLMSGHDR);
      return Libc.send(fd, message, NLMSGHDR);
    } finally {
      Libc.close(fd);
    }
  }
}
