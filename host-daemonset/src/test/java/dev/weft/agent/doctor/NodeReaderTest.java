package dev.weft.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Route;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Reads a node that is a network namespace of the running kernel. */
class NodeReaderTest {
  @Test
  void aNodeIsReadAsItIs() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "network namespaces need root");
    try (NetworkNamespace node = NetworkNamespace.createUnnamed();
        Netlink netlink = Netlink.open(node)) {
      LinkSettings up = LinkSettings.builder().up(true).build();
      netlink.linkSet(netlink.link("lo").orElseThrow().index(), up);
      LinkSettings small = LinkSettings.builder().mtu(1400).up(true).build();
      int eth0 = netlink.linkAdd(new LinkSpec("eth0", new LinkKind.Veth("far"), small)).index();
      netlink.linkSet(netlink.link("far").orElseThrow().index(), up);
      netlink.addressAdd(Address.of(eth0, IpPrefix.parse("192.0.2.7/24")));
      InetAddress router = InetAddress.ofLiteral("192.0.2.1");
      netlink.routeAdd(Route.to(IpPrefix.parse("0.0.0.0/0")).via(router).link(eth0).build());
      netlink.linkAdd(LinkSpec.of("theirs", LinkKind.Vxlan.vni(4096).port(4790).build()));
      node.call(() -> {
        Files.writeString(Path.of("/proc/sys/net/ipv4/conf/all/arp_ignore"), "8");
        InetSocketAddress listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9810);
        try (DatagramSocket _ = new DatagramSocket(4500);
            ServerSocket agent = new ServerSocket()) {
          agent.bind(listen);

          CheckedNode facts = NodeReader.read(listen, 1024);

          assertThat(facts.settings()).containsEntry("ipv4/conf/all/arp_ignore", "8");
          assertThat(facts.udpPorts()).containsExactly(4500);
          assertThat(facts.tunnels()).containsEntry(4790, "theirs").hasSize(1);
          assertThat(facts.agentRuns()).isTrue();
          assertThat(facts.underlay())
              .isInstanceOfSatisfying(
                  LocalVtep.Found.class,
                  found -> {
                    assertThat(found.vtep().getHostAddress()).isEqualTo("192.0.2.7");
                    assertThat(found.interfaceName()).isEqualTo("eth0");
                    assertThat(found.mtu()).isEqualTo(1400);
                  });
        }
        assertThat(NodeReader.read(listen, 1024).agentRuns()).isFalse();
        return null;
      });
    }
  }
}
