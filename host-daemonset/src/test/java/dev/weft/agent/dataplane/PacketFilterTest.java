package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.netlink.LinkSettings;
import dev.weft.netlink.Netlink;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.Nftables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table in a real kernel. */
class PacketFilterTest {
  private static final int SHUT = 4790;

  private NetworkNamespace namespace = NetworkNamespace.current();
  private Nftables nftables = Nftables.open();

  @BeforeEach
  void makeANamespace() {
    nftables.close();
    namespace.close();
    try {
      namespace = NetworkNamespace.createUnnamed();
    } catch (NetlinkException e) {
      assumeTrue(!e.errnoName().equals("EPERM"), "making network namespaces takes root");
      throw e;
    }
    nftables = Nftables.open(namespace);
    try (Netlink netlink = Netlink.open(namespace)) {
      netlink.linkSet(
          netlink.link("lo").orElseThrow().index(), LinkSettings.builder().up(true).build());
    }
  }

  @AfterEach
  void close() {
    nftables.close();
    namespace.close();
  }

  @Test
  void noPacketSlipsThroughWhileATableTakesThePlaceOfAnother() throws Exception {
    List<Item.Filter> tables =
        List.of(
            Rules.table(List.of(), Set.of(SHUT)).orElseThrow(),
            Rules.table(List.of(), Set.of(SHUT, SHUT + 1)).orElseThrow());
    PacketFilter.install(nftables, tables.get(0));
    try (DatagramChannel server = namespace.call(() -> DatagramChannel.open());
        DatagramChannel client = namespace.call(() -> DatagramChannel.open())) {
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

  /** The kernel refuses what a rule drops on its way out. */
  private static void send(DatagramChannel client, InetSocketAddress target) {
    try {
      client.send(ByteBuffer.allocate(1), target);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("not permitted");
    }
  }
}
