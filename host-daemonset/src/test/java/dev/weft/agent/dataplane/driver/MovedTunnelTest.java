package dev.weft.agent.dataplane.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.KernelLab;
import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.TestSpecs;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A VNI that is taken on the node by a device in another namespace, as Docker Swarm leaves it. */
class MovedTunnelTest {
  private static final Path HIDDEN = Path.of("/run/docker/netns/1-weft-test");

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final DataPlane plane = lab.plane(node);
  private final Process sandbox = start("unshare", "--net", "sleep", "infinity");

  @BeforeEach
  void theNodeHasAnAddressAndTheSandboxANamespace() {
    node.address("lo", "192.0.2.1/32");
    Path process = Path.of("/proc", Long.toString(sandbox.pid()));
    await()
        .until(() ->
            Files.readString(process.resolve("comm")).strip().equals("sleep")
                && !Files.readSymbolicLink(process.resolve("ns/net"))
                    .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/net"))));
  }

  @AfterEach
  void nothingStays() throws IOException, InterruptedException {
    sandbox.destroyForcibly().waitFor();
    if (Files.exists(HIDDEN)) {
      run("umount", HIDDEN.toString());
      Files.delete(HIDDEN);
    }
    lab.close();
  }

  @Test
  void itsProcessIsNamedAndTheNetworkComesWhenItIsGone() throws Exception {
    moveTunnelAway();

    assertThat(problems(4242))
        .singleElement()
        .satisfies(problem ->
            assertThat(problem.toString())
                .contains(
                    "VNI 4242 on UDP port 4789",
                    "'vx-000001'",
                    "process %d (sleep)".formatted(sandbox.pid()),
                    "let the network use another VNI"));
    assertThat(problems(4243)).as("another VNI").isEmpty();

    sandbox.destroyForcibly().waitFor();
    await().untilAsserted(() -> assertThat(problems(4242)).isEmpty());
  }

  @Test
  void aHiddenNamespaceOfDockerIsNamedByItsFile() throws Exception {
    Files.createDirectories(HIDDEN.getParent());
    Files.createFile(HIDDEN);
    run("mount", "--bind", "/proc/%d/ns/net".formatted(sandbox.pid()), HIDDEN.toString());
    moveTunnelAway();
    sandbox.destroyForcibly().waitFor();

    assertThat(problems(4242))
        .singleElement()
        .satisfies(problem -> assertThat(problem.toString()).contains(HIDDEN.toString()));
  }

  @Test
  void aTunnelOfAnotherNamespaceItselfIsNotInTheWay() throws Exception {
    run(
        "nsenter",
        "--net=/proc/%d/ns/net".formatted(sandbox.pid()),
        "ip",
        "link",
        "add",
        "vx-000001",
        "type",
        "vxlan",
        "id",
        "4242",
        "dstport",
        "4789");

    assertThat(problems(4242)).isEmpty();
  }

  private void moveTunnelAway() throws IOException, InterruptedException {
    String add =
        "ip link add vx-000001 type vxlan id 4242 dstport 4789 && ip link set vx-000001 netns %d"
            .formatted(sandbox.pid());
    run("nsenter", "--net=" + node.file(), "sh", "-c", add);
  }

  private List<Problem> problems(int vni) {
    ReconcileOutcome outcome =
        plane.reconcile(
            TestSpecs.from(
                "192.0.2.1",
                Map.of(
                    "blue",
                    TestSpecs.network(
                        TestSpecs.overlay(1, vni, TestSpecs.subnet("10.88.0.0/24"))))),
            PassScope.EVERYTHING);
    return outcome.of("blue").problems();
  }

  private static Process start(String... command) {
    try {
      return new ProcessBuilder(command).inheritIO().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(start(command).waitFor()).as(String.join(" ", command)).isZero();
  }
}
