package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetworks;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SubnetBuilder;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.testkit.Door;
import dev.weft.testkit.TestApiServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that starts while no API server answers. */
@NullUnmarked
@Tag("api-server")
class RestartInOutageTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String POD = "weft-test-" + ProcessHandle.current().pid() + "-outage-pod";

  private static final String LOGS =
      "-Dlogback.configurationFile=" + Path.of("src/main/resources/logback.xml").toAbsolutePath();

  @TempDir Path folder;
  private TestApiServer server;
  private AgentHost host;
  private NetworkNamespace pod;
  private Door door;

  @BeforeEach
  void theAgentCarriesANetworkWithAPod() throws Exception {
    server = TestApiServer.start();
    host = new AgentHost(server, "outage");
    pod = NetworkNamespace.create(POD);
    network("web", "10.5.0.0/24");
    new SandboxFiles(folder.resolve("sandboxes")).start("one", Path.of("/run/netns", POD), "web");
    door = host.door();
    Process agent = host.run(folder, LOGS);
    await().atMost(LONG).until(() -> isReady("web.10.5.0.2") && host.readyz().contains(" 200 "));
    agent.destroyForcibly().onExit().join();
    door.close();
  }

  @AfterEach
  void stop() throws Exception {
    door.close();
    host.close();
    pod.close();
    NetworkNamespace.delete(POD);
    server.close();
  }

  @Test
  void repairsDriftFromTheLastKnownStateAndFollowsTheServerOnceItAnswers() throws Exception {
    Set<String> built = links(host.namespace());
    deleteBridges();

    Process _ = host.run(folder, LOGS);

    await().atMost(LONG).until(() -> links(host.namespace()).equals(built));
    await()
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(host.readyz())
                .contains(" 503 ", "works from the last known state of", "API server"));

    network("late", "10.6.0.0/24");
    door = host.door();
    await().atMost(LONG).until(() -> host.readyz().contains(" 200 "));
    await()
        .atMost(LONG)
        .until(() -> isReady("web.10.5.0.2") && links(host.namespace()).size() > built.size());
    assertThat(host.readyz()).doesNotContain("last known state");
    assertThat(Files.readAllLines(folder.resolve("log"))).hasSizeLessThan(25);
  }

  @Test
  void keepsEverythingIfTheLastKnownStateIsUnreadable() throws Exception {
    Set<String> built = links(host.namespace());
    Files.writeString(folder.resolve("record"), "of another version\n");

    Process _ = host.run(folder, LOGS);

    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(host.readyz()).contains(" 503 ", "is not known since"));
    assertThat(links(host.namespace())).isEqualTo(built);
    door = host.door();
    await().atMost(LONG).until(() -> host.readyz().contains(" 200 "));
    assertThat(links(host.namespace())).isEqualTo(built);
    assertThat(Files.readString(folder.resolve("log")))
        .containsOnlyOnce("the last known state is ignored");
  }

  @Test
  void refusesANewPodWithTheReason() throws Exception {
    SandboxFiles sandboxes = new SandboxFiles(folder.resolve("sandboxes"));
    try (NetworkNamespace _ = NetworkNamespace.create(POD + "-2")) {
      sandboxes.start("two", Path.of("/run/netns", POD + "-2"), "web");
      Process _ = host.run(folder, LOGS);

      await()
          .atMost(LONG)
          .untilAsserted(() -> assertThat(sandboxes.error("two")).contains("API server"));
      assertThat(sandboxes.error("one")).isEmpty();
      door = host.door();
      await().atMost(LONG).until(() -> isReady("web.10.5.0.3"));
    } finally {
      NetworkNamespace.delete(POD + "-2");
    }
  }

  private void network(String name, String cidr) {
    ContainerNetwork wanted =
        Given.network(
            name,
            "bridge",
            SubnetBuilder.builder().cidr(cidr).gateway(cidr.replace("0/24", "1")).build());
    ContainerNetwork created = server.client().resource(wanted).create();
    created.setStatus(wanted.getStatus());
    ContainerNetwork stored = server.client().resource(created).updateStatus();
    server.client().resource(HostNetworks.of(stored, "n")).create();
  }

  private boolean isReady(String name) {
    NetworkEndpoint endpoint =
        server.client().resources(NetworkEndpoint.class).withName(name).get();
    return endpoint != null
        && endpoint.getStatus() != null
        && Conditions.isTrue(endpoint.getStatus().conditions(), Conditions.READY);
  }

  private void deleteBridges() {
    try (Netlink netlink = Netlink.open(host.namespace())) {
      netlink.links().stream()
          .filter(each -> each.kind() instanceof LinkKind.Bridge)
          .forEach(each -> netlink.linkDelete(each.index()));
    }
  }

  private static Set<String> links(NetworkNamespace namespace) {
    try (Netlink netlink = Netlink.open(namespace)) {
      return netlink.links().stream().map(Link::name).collect(Collectors.toSet());
    }
  }
}
