package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.attach.claim.KernelProbe;
import dev.weft.agent.cluster.AgentClients;
import dev.weft.agent.cluster.NodeRecord;
import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.health.AgentMetrics;
import dev.weft.agent.node.KernelSurvey;
import dev.weft.agent.sandbox.NamespaceDirectory;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkStatus;
import dev.weft.api.HostNetworks;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SubnetBuilder;
import dev.weft.api.UnderlayBuilder;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent: a real kube-apiserver, a real kernel in namespaces of its own. */
@NullUnmarked
@Tag("api-server")
class AgentOnKernelTest {
  private static final String NODE = "weft-test-" + ProcessHandle.current().pid() + "-node";
  private static final String POD = "weft-test-" + ProcessHandle.current().pid() + "-pod";

  private static TestApiServer server;

  @TempDir Path directory;
  private KubernetesClient api;
  private SandboxFiles sandboxes;
  private NetworkNamespace node;
  private NetworkNamespace pod;

  @BeforeAll
  static void startServer() throws IOException {
    Awaitility.setDefaultTimeout(20, TimeUnit.SECONDS);
    server = TestApiServer.start();
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void namespaces() {
    api = server.client();
    sandboxes = new SandboxFiles(directory.resolve("sandboxes"));
    node = NetworkNamespace.create(NODE);
    pod = NetworkNamespace.create(POD);
    try (Netlink netlink = Netlink.open(node)) {
      Link up = netlink.linkAdd(LinkSpec.of("up0", new LinkKind.Veth("far0")));
      netlink.linkSet(up.index(), LinkSettings.builder().up(true).build());
      netlink.linkSet(
          netlink.link("far0").orElseThrow().index(), LinkSettings.builder().up(true).build());
      netlink.addressAdd(Address.of(up.index(), IpPrefix.parse("192.0.2.1/24")));
    }
  }

  @AfterEach
  void clean() {
    node.close();
    pod.close();
    NetworkNamespace.delete(NODE);
    NetworkNamespace.delete(POD);
  }

  @Test
  void aSandboxIsWiredRepairedAndLeftStandingWhenTheAgentEnds() throws Exception {
    mesh("192.0.2.0/24");
    network(
        "bridge",
        Given.network(
            "lan",
            "bridge",
            SubnetBuilder.builder().cidr("10.3.0.0/24").gateway("10.3.0.1").build()));
    network("overlay", Given.overlay("blue", "10.4.0.0/24"));
    sandboxes.start("one", Path.of("/run/netns", POD), "lan, blue@data0");

    Running agent = new Running();
    try {
      await()
          .untilAsserted(() -> {
            assertThat(sandboxes.error("one")).isEmpty();
            assertThat(addresses(pod)).contains("10.3.0.2/24", "10.4.0.1/24");
          });
      assertThat(links(pod)).contains("eth0", "data0");
      await().until(() -> isReady("lan.10.3.0.2") && isReady("blue.10.4.0.1"));
      await()
          .untilAsserted(() -> {
            MeshNode published = api.resources(MeshNode.class).withName("n").get();
            assertThat(published).isNotNull();
            assertThat(published.getSpec().vtep()).isEqualTo("192.0.2.1");
          });

      Set<String> built = links(node);
      try (Netlink netlink = Netlink.open(node)) {
        netlink.links().stream()
            .filter(each -> each.kind() instanceof LinkKind.Bridge)
            .forEach(each -> netlink.linkDelete(each.index()));
      }
      await().until(() -> links(node).equals(built));
      await()
          .untilAsserted(() -> {
            assertThat(conditions("lan")).containsEntry(Conditions.DRIFTED, "True");
            assertThat(conditions("lan")).containsEntry(Conditions.READY, "True");
          });
    } finally {
      agent.close();
    }

    Set<String> standing = links(node);
    assertThat(addresses(pod)).contains("10.3.0.2/24", "10.4.0.1/24");

    Running again = new Running();
    try {
      again.agent.ready().get(20, TimeUnit.SECONDS);
      assertThat(links(node)).isEqualTo(standing);

      sandboxes.end("one");
      await().until(() -> api.resources(NetworkEndpoint.class).list().getItems().isEmpty());
      api.resources(HostNetwork.class).delete();
      await().until(() -> api.resources(HostNetwork.class).list().getItems().isEmpty());
      await().until(() -> links(node).equals(Set.of("lo", "up0", "far0")));
    } finally {
      again.close();
    }
  }

  private void mesh(String underlay) {
    Mesh mesh = new Mesh();
    mesh.setMetadata(new ObjectMetaBuilder().withName(Names.MESH).build());
    mesh.setSpec(
        MeshSpecBuilder.builder()
            .underlay(UnderlayBuilder.builder().cidrs(List.of(underlay)).build())
            .build());
    api.resource(mesh).create();
  }

  private void network(String driver, ContainerNetwork wanted) {
    ContainerNetwork created = api.resource(wanted).create();
    created.setStatus(wanted.getStatus());
    ContainerNetwork stored = api.resource(created).updateStatus();
    if (!driver.equals("overlay")) {
      api.resource(HostNetworks.of(stored, "n")).create();
    }
  }

  private boolean isReady(String name) {
    NetworkEndpoint endpoint = api.resources(NetworkEndpoint.class).withName(name).get();
    return endpoint != null
        && endpoint.getStatus() != null
        && Conditions.isTrue(endpoint.getStatus().conditions(), Conditions.READY);
  }

  private Map<String, String> conditions(String network) {
    HostNetworkStatus status =
        api.resources(HostNetwork.class).withName(network + ".n").get().getStatus();
    return status == null
        ? Map.of()
        : status.conditions().stream()
            .collect(Collectors.toMap(Condition::getType, Condition::getStatus));
  }

  private static Set<String> links(NetworkNamespace namespace) {
    try (Netlink netlink = Netlink.open(namespace)) {
      return netlink.links().stream().map(Link::name).collect(Collectors.toSet());
    }
  }

  private static List<String> addresses(NetworkNamespace namespace) {
    try (Netlink netlink = Netlink.open(namespace)) {
      return netlink.addresses().stream().map(each -> each.prefix().toString()).toList();
    }
  }

  /** An agent of the node, with all its parts. */
  private final class Running implements AutoCloseable {
    final AgentMetrics metrics = new AgentMetrics();
    final KubernetesClient client = AgentClients.open(api.getConfiguration(), metrics::apiRequest);
    final DataPlane dataPlane = DataPlane.open(Path.of("/run/netns", NODE));
    final KernelProbe probe = new KernelProbe(NetworkNamespace.named(NODE));
    final Agent agent;

    Running() throws IOException {
      agent =
          new Agent(
              "n",
              client,
              new Agent.Machine(
                  new AgentRunCommand.Plane(dataPlane, metrics),
                  probe,
                  new NamespaceDirectory(sandboxes.directory()),
                  KernelSurvey.kernel(),
                  NodeRecord.none()),
              metrics);
      dataPlane.onDrift(agent::drifted);
      agent.start();
    }

    @Override
    public void close() {
      agent.close();
      probe.close();
      dataPlane.close();
      client.close();
    }
  }
}
