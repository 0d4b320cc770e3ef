package dev.weft.agent.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files below /proc that differ from those of most nodes. */
class ProcFilesTest {
  @TempDir private Path folder;

  @Test
  void aBinaryDeviceNameHidesNoOtherLine() throws IOException {
    Path file = folder.resolve("wireless");
    Files.write(file, new byte[] {'w', (byte) 0xff, ':', '\n', 'w', '0', ':'});

    assertThat(Sysctls.read(file).lines()).hasSize(2).last().isEqualTo("w0:");
  }

  @Test
  void aKernelWithoutIpv6HasNoIpv6Sockets() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("udp"),
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               1: 0100007F:12B5 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2
            """);

    assertThat(UdpPort.sockets(file, 4789)).containsExactly("socket:[4711]");
    assertThat(UdpPort.sockets(folder.resolve("udp6"), 4789)).isEmpty();
  }
}
