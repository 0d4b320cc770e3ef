package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.services.Balancer;
import dev.weft.agent.services.BalancingTables;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node with more clients of services, and more descriptors, than select(2) can wait for. */
class ManyClientsTest {
  private static final int CLIENTS = 650;
  private static final int DESCRIPTORS = 1500;

  @Test
  void everyClientOfManyHasItsBalancingTable() {
    List<NetworkNamespace> open = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        open.add(NetworkNamespace.createUnnamed());
      }
      List<NetworkNamespace> clients = List.copyOf(open);
      while (open.size() < DESCRIPTORS) {
        open.add(NetworkNamespace.current());
      }

      clients.forEach(each -> Balancer.rehearse(BalancingTables.inKernel(), each.file()));

      assertThat(clients)
          .allSatisfy(each -> {
            try (Nftables nftables = Nftables.open(each)) {
              assertThat(nftables.runPlain("list tables")).contains("table inet weft");
            }
          });
    } finally {
      open.forEach(NetworkNamespace::close);
    }
  }
}
