package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Names;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceStatus;
import dev.weft.e2e.lab.JavaProgram;
import dev.weft.e2e.lab.Lab;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.nft.NftablesException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Services in sandboxes. The tasks are pods that the test makes: no controller runs in this lab.
 */
@Tag("api-server")
@ExtendWith(InLab.class)
class ServicesTest {
  private static final int PORT = 80;
  private static final int TARGET = 8080;

  private final Lab lab;
  private final Made made;
  private final List<Answering> tasks = new ArrayList<>();

  ServicesTest(Lab lab) {
    this.lab = lab;
    this.made = new Made(lab);
  }

  @AfterEach
  void removeWhatWasMade() throws IOException {
    made.close();
    for (Answering each : tasks) {
      each.close();
    }
  }

  @Test
  void requestsAreSpreadEvenlyOverTheTasksOfAllNodesInBothFamiliesAndProtocols()
      throws IOException {
    service("even", "10.70.1.0/24", "fd70:1::/64", "");
    Map<String, Asking> clients = clients("even");
    for (int i = 1; i <= 4; i++) {
      task("even", i, node(i));
    }
    for (InetAddress virtual : virtual("even")) {
      clients.values().forEach(each -> awaitTasks(each, virtual, 4));
      Map<Integer, Integer> counts = new HashMap<>();
      List<Asking> all = List.copyOf(clients.values());
      for (int i = 0; i < 10_000; i++) {
        counts.merge(all.get(i % all.size()).ask(virtual, PORT), 1, Integer::sum);
      }
      System.out.printf("10,000 requests to %s from 3 sandboxes: %s%n", virtual, counts);
      assertThat(counts.keySet()).containsExactlyInAnyOrder(1, 2, 3, 4);
      assertThat(counts.values()).allSatisfy(each -> assertThat(each).isBetween(2250, 2750));
      assertThat(all.getFirst().askByDatagram(virtual, PORT)).isBetween(1, 4);
    }
  }

  @Test
  void withoutReadyTasksAConnectionIsRefusedAndTheOnlyTaskReachesItself() throws IOException {
    service("sole", "10.70.2.0/24", "fd70:2::/64", "");
    Map<String, Asking> clients = clients("sole");
    Pod pod = task("sole", 1, node(1));
    Asking itself = new Asking(sandbox("sole-1"));
    for (InetAddress virtual : virtual("sole")) {
      awaitTasks(itself, virtual, 1);
      assertThat(itself.ask(virtual, PORT)).isEqualTo(1);
      assertThat(itself.askByDatagram(virtual, PORT)).isEqualTo(1);
    }
    ready(pod, false);
    for (InetAddress virtual : virtual("sole")) {
      for (Asking each : clients.values()) {
        awaitTasks(each, virtual, 0);
        assertThatThrownBy(() -> each.ask(virtual, PORT))
            .isInstanceOf(ConnectException.class)
            .hasMessageContaining("refused");
        assertThatThrownBy(() -> each.askByDatagram(virtual, PORT)).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void tasksAreReplacedWhileAnAgentIsKilledAndNoRequestToAReadyTaskFails() throws Exception {
    service("rolling", "10.70.3.0/24", "fd70:3::/64", "");
    Map<String, Asking> clients = clients("rolling");
    Map<Integer, Pod> running = new LinkedHashMap<>();
    for (int i = 1; i <= 3; i++) {
      running.put(i, task("rolling", i, node(i)));
    }
    InetAddress virtual = virtual("rolling").getFirst();
    clients.values().forEach(each -> awaitTasks(each, virtual, 3));
    List<Asking.Steady> steady =
        clients.values().stream().map(each -> each.steadily(virtual, PORT)).toList();
    try (SocketChannel established = clients.get("weft-1").connect(virtual, PORT)) {
      int reached = Asking.read(established);
      JavaProgram agent = lab.node("weft-2").agent();
      for (int i = 1; i <= 3; i++) {
        if (i == 2) {
          agent.kill();
        }
        // the second task runs on another node than its predecessor, whose agent is stopped
        task("rolling", i + 3, node(i == 2 ? 3 : i));
        ready(running.get(i), false);
        if (i == 2) {
          // the other agents have moved on when this one returns and reads what it has missed
          awaitWithout(clients.get("weft-1"), "rolling-2");
          agent.restart();
        }
        for (Asking each : clients.values()) {
          awaitWithout(each, "rolling-" + i);
        }
        established.write(ByteBuffer.wrap(new byte[] {0}));
        assertThat(Asking.read(established)).isEqualTo(reached);
      }
      for (Asking.Steady each : steady) {
        long now = each.answers();
        await().atMost(InLab.PATIENCE).until(() -> each.answers() > now + 100);
      }
    }
    long answers = 0;
    for (Asking.Steady each : steady) {
      assertThat(each.stop()).isEmpty();
      assertThat(each.answers(4) + each.answers(5) + each.answers(6)).isPositive();
      answers += each.answers();
    }
    System.out.printf(
        "%,d requests while 3 of 3 tasks were replaced and an agent was killed: 0 failed%n",
        answers);
    running.values().forEach(each -> lab.client().resource(each).delete());
    clients.values().forEach(each -> awaitTasks(each, virtual, 3));
  }

  @Test
  void anAgentThatStartsAgainFailsNoRequest() throws Exception {
    service("kept", "10.70.6.0/24", "fd70:6::/64", "");
    Map<String, Asking> clients = clients("kept");
    task("kept", 1, node(1));
    InetAddress virtual = virtual("kept").getFirst();
    clients.values().forEach(each -> awaitTasks(each, virtual, 1));
    JavaProgram agent = lab.node("weft-2").agent();
    Asking.Steady steady = clients.get("weft-2").steadily(virtual, PORT);
    for (int i = 2; i <= 4; i++) {
      agent.kill();
      task("kept", i, node(3));
      agent.restart();
      int tasks = i;
      clients.values().forEach(each -> awaitTasks(each, virtual, tasks));
    }
    assertThat(steady.stop()).isEmpty();
    assertThat(steady.answers(4)).isPositive();
  }

  @Test
  void aClientWithAffinityStaysWithItsTaskAsLongAsThatIsReady() throws IOException {
    service("same", "10.70.4.0/24", "fd70:4::/64", "sessionAffinity: ClientIP");
    Asking client = clients("same").get("weft-1");
    Map<Integer, Pod> running = new HashMap<>();
    for (int i = 1; i <= 4; i++) {
      running.put(i, task("same", i, node(i)));
    }
    InetAddress virtual = virtual("same").getFirst();
    awaitTasks(client, virtual, 1);
    await().atMost(InLab.PATIENCE).until(() -> readyTasks("same") == 4);
    int mine = client.ask(virtual, PORT);
    for (int i = 0; i < 50; i++) {
      assertThat(client.ask(virtual, PORT)).isEqualTo(mine);
    }
    ready(running.get(mine), false);
    await().atMost(InLab.PATIENCE).until(() -> client.ask(virtual, PORT) != mine);
  }

  @Test
  void whatIsNoMoreLeavesNothingInASandboxAndAnAgentThatMissedItSeesToIt() throws IOException {
    service("gone", "10.70.5.0/24", "fd70:5::/64", "");
    Map<String, Asking> clients = clients("gone");
    task("gone", 1, node(1));
    InetAddress virtual = virtual("gone").getFirst();
    clients.values().forEach(each -> awaitTasks(each, virtual, 1));
    JavaProgram agent = lab.node("weft-3").agent();
    agent.kill();
    lab.client().resources(OverlayService.class).inNamespace("default").withName("gone").delete();
    await().atMost(InLab.PATIENCE).until(() -> list(clients.get("weft-1")).isEmpty());
    agent.restart();
    await().atMost(InLab.PATIENCE).until(() -> list(clients.get("weft-3")).isEmpty());
  }

  private void service(String name, String ipv4, String ipv6, String more) {
    made.network(
        name,
        """
        driver: overlay
        subnets:
        - cidr: %s
        - cidr: %s
        """
            .formatted(ipv4, ipv6));
    made.apply(
        """
        apiVersion: weft.dev/v1alpha1
        kind: OverlayService
        metadata:
          name: %s
          namespace: default
        spec:
          network: %s
          replicas: 0
          image: busybox
          ports:
          - {name: web, port: %d, targetPort: %d}
          - {name: dns, port: %d, targetPort: %d, protocol: UDP}
        %s
        """
            .formatted(name, name, PORT, TARGET, PORT, TARGET, more.indent(2)));
    await().atMost(InLab.PATIENCE).until(() -> virtual(name).size() == 2);
  }

  /** A client on each node. */
  private Map<String, Asking> clients(String network) {
    Map<String, Asking> clients = new LinkedHashMap<>();
    for (int i = 1; i <= 3; i++) {
      String pod = "%s-client-%d".formatted(network, i);
      made.runningPod(pod, node(i), network);
      clients.put(node(i), new Asking(sandbox(pod)));
    }
    return clients;
  }

  /** A ready task that answers with its number. */
  private Pod task(String service, int number, String node) throws IOException {
    String name = service + "-" + number;
    Pod pod =
        made.pod(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .addToLabels(Names.SERVICE_LABEL, service)
                .addToAnnotations(Names.NETWORKS_ANNOTATION, service)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .addNewContainer()
                .withName("task")
                .withImage("busybox")
                .endContainer()
                .endSpec()
                .build());
    await().atMost(InLab.PATIENCE).until(() -> lab.sandbox(name).isPresent());
    tasks.add(Answering.start(sandbox(name), TARGET, number));
    InLab.awaitRunning(new dev.weft.e2e.lab.Cluster(lab.client()), name);
    return pod;
  }

  /** Reports like a kubelet, by a patch, which does not conflict with other writers of the pod. */
  private void ready(Pod pod, boolean ready) {
    lab.client()
        .pods()
        .inNamespace("default")
        .withName(pod.getMetadata().getName())
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            """
            {"status": {"conditions": [{"type": "Ready", "status": "%s"}]}}
            """
                .formatted(ready ? "True" : "False"));
  }

  private Optional<OverlayServiceStatus> status(String service) {
    return Optional.ofNullable(
            lab.client()
                .resources(OverlayService.class)
                .inNamespace("default")
                .withName(service)
                .get())
        .map(OverlayService::getStatus);
  }

  private int readyTasks(String service) {
    return status(service).map(OverlayServiceStatus::readyReplicas).orElse(0);
  }

  private List<InetAddress> virtual(String service) {
    return status(service)
        .map(OverlayServiceStatus::vips)
        .map(each -> each.stream().map(InetAddress::ofLiteral).toList())
        .orElse(List.of());
  }

  private NetworkNamespace sandbox(String pod) {
    return lab.sandbox(pod).orElseThrow();
  }

  private static String node(int number) {
    return "weft-" + ((number - 1) % 3 + 1);
  }

  private static void awaitTasks(Asking client, InetAddress virtual, int number) {
    String size =
        number == 0 ? "" : "v%dof%d".formatted(virtual.getAddress().length == 4 ? 4 : 6, number);
    String address = dev.weft.api.IpAddress.of(virtual).toString();
    await()
        .atMost(InLab.PATIENCE)
        .until(() -> {
          String table = list(client);
          return number == 0
              ? table.contains(address) && !table.contains(address + " : jump")
              : table.contains("%s : jump %s".formatted(address, size));
        });
  }

  private void awaitWithout(Asking client, String pod) {
    String address =
        new LabSandboxes(lab).address(pod, pod.substring(0, pod.indexOf('-'))).getHostAddress();
    await()
        .atMost(InLab.PATIENCE)
        .until(() -> !list(client).matches(".* : %s[ ,].*".formatted(Pattern.quote(address))));
  }

  /** The table of services in a sandbox; empty if there is none. */
  private static String list(Asking client) {
    try (Nftables nftables = Nftables.open(client.sandbox())) {
      return nftables.runPlain("list table inet weft").replaceAll("\\s+", " ");
    } catch (NftablesException none) {
      return "";
    }
  }
}
