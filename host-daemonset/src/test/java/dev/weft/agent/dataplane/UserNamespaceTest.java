package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.mesh.Macs;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The kernel numbers the namespaces at the other ends of a sandbox's links, and lets whoever has
 * {@code NET_ADMIN} in the node's user namespace remove links there by that number ({@code
 * IFLA_TARGET_NETNSID}). A user namespace of the pod's own ({@code hostUsers: false}) prevents it.
 */
class UserNamespaceTest {
  /** RTM_DELLINK of the link {@code $ARGV[0]} in namespace 0; its status is the errno. */
  private static final String REMOVE =
      """
      socket(S, 16, 3, 0) or exit 255;
      my $name = pack('S S a*', length($ARGV[0]) + 5, 3, $ARGV[0] . "\\0");
      $name .= "\\0" x (-length($name) % 4);
      my $body = pack('C x S l L L', 0, 0, 0, 0, 0) . $name . pack('S S l', 8, 46, 0);
      send(S, pack('L S S L L', 16 + length($body), 17, 5, 1, 0) . $body, 0) or exit 255;
      recv(S, my $answer, 65536, 0);
      exit -unpack('x16 l', $answer);
      """;

  private static final int EACCES = 13;

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box victim = lab.box("victim");
  private final DataPlane plane = lab.plane(node);
  private final List<Process> processes = new ArrayList<>();

  @BeforeEach
  void theVictimIsOnTheNetwork() {
    assertThat(plane.reconcile(nodeSpec(), PassScope.EVERYTHING).of("red").problems()).isEmpty();
  }

  @AfterEach
  void nothingStays() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly();
      process.waitFor();
    }
    lab.close();
  }

  @Test
  void aSandboxWithUsersOfItsOwnIsAttachedAndRemovesNoDeviceOfItsNode() throws Exception {
    assumeTrue(
        run("unshare", "--user", "--map-root-user", "true") == 0,
        "this machine makes no user namespace");
    Process pod = start("unshare", "--user", "--map-root-user", "--net", "sleep", "600");
    Path namespace = Path.of("/proc", Long.toString(pod.pid()), "ns/net");
    await().until(() -> !ownNamespace().equals(Files.readSymbolicLink(namespace)));
    IpPrefix address = IpPrefix.parse("10.77.0.9/24");
    LocalEndpoint hostile =
        new LocalEndpoint(
            "hostile", namespace, "eth0", Macs.of(address.address()), List.of(address), true);

    assertThat(plane.reconcile(nodeSpec(hostile), PassScope.EVERYTHING).of("red").problems())
        .isEmpty();
    int status =
        run(
            "nsenter",
            "--preserve-credentials",
            "--user",
            "--net",
            "--target",
            Long.toString(pod.pid()),
            "perl",
            "-e",
            REMOVE,
            bridge().name());

    assertThat(status).as("errno").isEqualTo(EACCES);
    assertThat(bridge().isUp()).isTrue();
  }

  @Test
  void aDeviceThatASandboxWithTheUsersOfItsNodeRemovedIsReportedAndBuiltAgain() throws Exception {
    AtomicInteger drifts = new AtomicInteger();
    plane.onDrift(_ -> drifts.incrementAndGet());
    Link before = bridge();

    int status = run("nsenter", "--net=" + victim.file(), "perl", "-e", REMOVE, before.name());

    assertThat(status).as("errno: what this kernel lets such a pod do").isZero();
    await().until(() -> drifts.get() > 0);
    assertThat(plane.reconcile(nodeSpec(), PassScope.EVERYTHING).of("red").problems()).isEmpty();
    assertThat(bridge().index()).isNotEqualTo(before.index());
    assertThat(victim.reaches(node, "10.77.0.1")).isTrue();
  }

  private NodeSpec nodeSpec(LocalEndpoint... more) {
    List<LocalEndpoint> all = new ArrayList<>(List.of(more));
    all.add(TestSpecs.endpoint(victim, "eth0", "10.77.0.3/24"));
    return TestSpecs.of(
        "red",
        TestSpecs.network(
            TestSpecs.bridge(1, TestSpecs.subnet("10.77.0.0/24", "10.77.0.1")),
            all.toArray(LocalEndpoint[]::new)));
  }

  private Link bridge() {
    return node.netlink().links().stream()
        .filter(each -> each.kind() instanceof LinkKind.Bridge)
        .findFirst()
        .orElseThrow();
  }

  private static Path ownNamespace() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
  }

  private Process start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    processes.add(process);
    return process;
  }

  private int run(String... command) throws IOException, InterruptedException {
    return start(command).waitFor();
  }
}
