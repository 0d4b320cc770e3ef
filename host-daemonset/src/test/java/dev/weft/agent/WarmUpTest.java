package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.services.BalancingTables;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.Netlink;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  @Test
  void aSandboxIsWiredAndNothingIsLeftOfIt() {
    List<String> links = links();
    List<String> names = NetworkNamespace.names();

    assertThat(WarmUp.play(new KubernetesSerialization(), BalancingTables.inKernel())).isTrue();

    assertThat(links()).isEqualTo(links);
    assertThat(NetworkNamespace.names()).isEqualTo(names);
  }

  private static List<String> links() {
    try (Netlink netlink = Netlink.open()) {
      return netlink.links().stream().map(Link::name).toList();
    }
  }
}
