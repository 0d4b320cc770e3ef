package dev.weft.e2e.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Dockerd;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.Labs;
import dev.weft.e2e.lab.Root;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.Netlink;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Containers started by the plain {@code docker} command, on two engines in two nodes. */
@Tag("docker")
class DockerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CHURN = Integer.getInteger("weft.docker.containers", 50);
  private static final String NETWORKS =
      """
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: blue}
      spec:
        driver: overlay
        subnets: [{cidr: 10.10.0.0/24}]
      ---
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: lan}
      spec:
        driver: macvlan
        subnets: [{cidr: 192.168.77.0/24, gateway: 192.168.77.254, ranges: [192.168.77.128/26]}]
        macvlan: {parent: eth0}
      """;

  private static Lab lab;
  private static final List<Dockerd> engines = new ArrayList<>();

  @BeforeAll
  static void twoNodesWithAnEngineEach() {
    assumeTrue(Root.is(), Root.REASON);
    assumeTrue(Dockerd.missing().isEmpty(), () -> Dockerd.missing().orElse(""));
    lab = Lab.create(Labs.name());
    lab.install(Path.of("../manifests"));
    lab.startOperator();
    for (int i = 1; i <= 2; i++) {
      LabNode node = lab.addNode("--docker", "unix://" + Dockerd.socket(lab, i));
      engines.add(Dockerd.start(lab, node, i));
    }
    for (HasMetadata each :
        lab.client()
            .load(new ByteArrayInputStream(NETWORKS.getBytes(StandardCharsets.UTF_8)))
            .items()) {
      lab.client().resource(each).create();
    }
    Cluster cluster = new Cluster(lab.client());
    for (String network : List.of("blue", "lan")) {
      await(network).atMost(PATIENCE).until(() -> cluster.isReady(network));
    }
  }

  @AfterAll
  static void removeTheLab() {
    if (lab != null) {
      engines.forEach(Dockerd::stop);
      lab.close();
    }
  }

  @AfterEach
  void nothingIsLeft() {
    for (Dockerd engine : engines) {
      for (String id : engine.docker("ps", "-aq").lines().toList()) {
        engine.docker("rm", "-f", id);
      }
    }
    await("addresses given back").atMost(PATIENCE).until(() -> endpoints().isEmpty());
    await("no cable is left")
        .atMost(PATIENCE)
        .until(() -> cables(0).isEmpty() && cables(1).isEmpty());
  }

  @Test
  void containersOnTwoEnginesReachEachOtherOnBothTheirNetworks() {
    run(0, "one", "blue, lan@lan0");
    run(1, "two", "blue, lan@lan0");

    awaitAttached("one", 2);
    awaitAttached("two", 2);
    assertThat(interfaces(0, "one")).contains("weft0", "lan0");
    for (String network : List.of("blue", "lan")) {
      assertThat(reaches(0, "one", address("two", network))).as(network).isTrue();
      assertThat(reaches(1, "two", address("one", network))).as(network).isTrue();
    }
  }

  @Test
  void theEngineConnectsAContainerThatIsAttachedToItsOwnNetworks() {
    run(0, "one", "blue");
    awaitAttached("one", 1);
    engines.get(0).docker("network", "create", "second");

    engines.get(0).docker("network", "connect", "second", "one");

    assertThat(interfaces(0, "one")).contains("eth0", "eth1", "weft0");
    engines.get(0).docker("rm", "-f", "one");
    engines.get(0).docker("network", "rm", "second");
  }

  @Test
  void theLabelOfAnImageJoinsNoNetwork() {
    Path archive = Dockerd.socket(lab, 1).resolveSibling("image.tar");
    String command = "CMD [\"/bin/sleep\", \"100000\"]";
    engines
        .get(0)
        .docker(
            "import", "-c", command, "-c", "LABEL weft.dev/networks=blue", archive.toString(), "x");

    engines.get(0).docker("run", "-d", "--name", "sneaky", "x");
    engines.get(0).docker("run", "-d", "--name", "asked", "-l", "weft.dev/networks=blue@data", "x");

    awaitAttached("asked", 1);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(Files.readString(lab.agentLog(lab.nodes().getFirst())))
                .contains("container=\"sneaky\" not attached", "is that of its image"));
    assertThat(of("sneaky")).isEmpty();
  }

  @Test
  void aRestartedContainerIsWiredAgain() {
    run(0, "one", "blue");
    run(1, "two", "blue");
    awaitAttached("one", 1);
    awaitAttached("two", 1);
    String before = of("one").getFirst().getSpec().sandbox().id();

    engines.get(0).docker("restart", "one");

    await()
        .atMost(PATIENCE)
        .until(() ->
            of("one").size() == 1 && !of("one").getFirst().getSpec().sandbox().id().equals(before));
    await().atMost(PATIENCE).until(() -> reaches(0, "one", address("two", "blue")));
  }

  @Test
  void anEngineThatIsStartedAgainIsFollowedAgain() {
    run(0, "one", "blue");
    awaitAttached("one", 1);

    engines.get(0).restart();

    await("the engine took its containers along").atMost(PATIENCE).until(() -> of("one").isEmpty());
    run(0, "later", "blue");
    awaitAttached("later", 1);
  }

  @Test
  void aContainerThatCannotBeAttachedIsReportedOnItsNode() {
    run(0, "lost", "nowhere");

    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(lab.client().v1().events().inNamespace("default").list().getItems())
                .anySatisfy(event -> {
                  assertThat(event.getInvolvedObject().getName()).isEqualTo("weft-1");
                  assertThat(event.getMessage()).contains("container lost", "'nowhere'");
                }));
  }

  @Test
  void containersThatComeAndGoWhileAgentsAreKilledLeaveNothingAndLoseNothing() {
    Random random = new Random(7);
    List<String> alive = new ArrayList<>();
    for (int i = 0; i < CHURN; i++) {
      String name = "c" + i;
      run(i % 2, name, i % 3 == 0 ? "blue, lan" : "blue");
      alive.add(name);
      if (alive.size() > 8) {
        String gone = alive.remove(random.nextInt(alive.size()));
        engineOf(gone).docker("rm", "-f", gone);
      }
      if (i % 12 == 6) {
        var agent = lab.nodes().get(random.nextInt(2)).agent();
        agent.kill();
        agent.restart();
      }
    }

    for (String name : alive) {
      awaitAttached(name, Integer.parseInt(name.substring(1)) % 3 == 0 ? 2 : 1);
    }
    await("addresses of the others are given back")
        .atMost(PATIENCE)
        .until(() ->
            endpoints().stream()
                .map(each -> each.getSpec().sandbox().container())
                .collect(Collectors.toSet())
                .equals(Set.copyOf(alive)));
    String first = alive.getFirst();
    for (String name : alive.subList(1, alive.size())) {
      assertThat(reaches(indexOf(first), first, address(name, "blue"))).as(name).isTrue();
    }
  }

  private static void run(int engine, String name, String networks) {
    engines
        .get(engine)
        .docker("run", "-d", "--name", name, "-l", "weft.dev/networks=" + networks, "busybox");
  }

  private static int indexOf(String name) {
    return Integer.parseInt(name.substring(1)) % 2;
  }

  private static Dockerd engineOf(String name) {
    return engines.get(indexOf(name));
  }

  private static void awaitAttached(String container, int networks) {
    await(container + " is attached")
        .atMost(PATIENCE)
        .until(() -> of(container).stream().filter(DockerTest::isReady).count() == networks);
  }

  private static boolean isReady(NetworkEndpoint endpoint) {
    return endpoint.getStatus() != null
        && dev.weft.api.Conditions.isTrue(endpoint.getStatus().conditions(), "Ready");
  }

  private static List<NetworkEndpoint> endpoints() {
    return lab.client().resources(NetworkEndpoint.class).list().getItems();
  }

  private static List<NetworkEndpoint> of(String container) {
    return endpoints().stream()
        .filter(each -> container.equals(each.getSpec().sandbox().container()))
        .toList();
  }

  private static String address(String container, String network) {
    String address =
        of(container).stream()
            .filter(each -> network.equals(each.getSpec().network()))
            .map(each -> each.getSpec().address())
            .findFirst()
            .orElseThrow();
    return address.substring(0, address.indexOf('/'));
  }

  private static String interfaces(int engine, String container) {
    return engines.get(engine).docker("exec", container, "ip", "-o", "addr");
  }

  private static boolean reaches(int engine, String container, String address) {
    return engines.get(engine).succeeds("exec", container, "ping", "-c", "1", "-W", "3", address);
  }

  private static List<String> cables(int node) {
    try (Netlink netlink = Netlink.open(lab.nodes().get(node).namespace())) {
      return netlink.links().stream()
          .map(Link::name)
          .filter(each -> each.startsWith("we-"))
          .toList();
    }
  }
}
