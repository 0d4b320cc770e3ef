package dev.weft.agent.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab;
import dev.weft.agent.dataplane.driver.FilterRules;
import dev.weft.agent.dataplane.driver.TunnelRules;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.netlink.nft.Nftables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The nftables table in a real kernel. */
class PacketFilterTest {
  private static final int SHUT = 4790;

  private final KernelLab lab = new KernelLab();
  private final KernelLab.Box node = lab.box("node");

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  @Test
  void noPacketSlipsThroughWhileATableTakesThePlaceOfAnother() throws Exception {
    List<Item.Filter> tables =
        List.of(
            FilterRules.table(List.of(), Set.of(SHUT), TunnelRules.NONE).orElseThrow(),
            FilterRules.table(List.of(), Set.of(SHUT, SHUT + 1), TunnelRules.NONE).orElseThrow());
    try (Nftables nftables = Nftables.open(node.namespace());
        DatagramChannel server = node.namespace().call(() -> DatagramChannel.open());
        DatagramChannel client = node.namespace().call(() -> DatagramChannel.open())) {
      PacketFilter.install(nftables, tables.get(0));
      InetSocketAddress target = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), SHUT);
      server.bind(target);
      server.configureBlocking(false);
      AtomicBoolean replaced = new AtomicBoolean();
      Thread replacing =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 1; i <= 1000; i++) {
                  PacketFilter.install(nftables, tables.get(i % 2));
                }
                replaced.set(true);
              });
      int sent = 0;
      try {
        while (!replaced.get()) {
          send(client, target);
          sent++;
        }
      } finally {
        replacing.join();
      }
      assertThat(sent).isPositive();
      assertThat(server.receive(ByteBuffer.allocate(1))).isNull();
    }
  }

  /** The kernel returns an error if a rule drops an outgoing packet. */
  private static void send(DatagramChannel client, InetSocketAddress target) {
    try {
      client.send(ByteBuffer.allocate(1), target);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("not permitted");
    }
  }
}
