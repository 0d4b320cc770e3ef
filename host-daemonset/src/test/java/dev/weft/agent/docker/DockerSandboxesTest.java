package dev.weft.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.SandboxListener;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DockerSandboxesTest {
  private final PaperEngine engine = new PaperEngine();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final DockerSandboxes sandboxes =
      new DockerSandboxes(
          engine, container -> Optional.of(Path.of(container.network().key())), Clock.systemUTC());

  private final SandboxListener wiring =
      new SandboxListener() {
        @Override
        public AttachResult attach(Sandbox sandbox) {
          calls.add("attach %s to %s".formatted(sandbox, sandbox.networks()));
          return new AttachResult.Wired();
        }

        @Override
        public void detach(Sandbox sandbox) {
          calls.add("detach " + sandbox.id());
        }

        @Override
        public void synced() {
          calls.add("synced");
        }
      };

  @AfterEach
  void close() {
    sandboxes.close();
  }

  private void awaitCalls(String... expected) {
    await().untilAsserted(() -> assertThat(calls).containsExactlyInAnyOrder(expected));
  }

  @Test
  void whatRunsAtTheStartAndWhatStartsLaterIsAttachedByItsDockerName() {
    engine.put("a", "blue", "default", 1);
    sandboxes.start(wiring);
    awaitCalls("attach container name-a to blue", "synced");
    assertThat(sandboxes.isSynced()).isTrue();

    engine.start("b", "lan@eth5", 1);

    awaitCalls("attach container name-a to blue", "synced", "attach container name-b to lan@eth5");
    assertThat(sandboxes.running()).extracting(Sandbox::id).contains("a:run1", "b:run1");
    assertThat(sandboxes.mayRun("a:run1")).isTrue();
  }

  @Test
  void aRestartedContainerIsAnotherSandbox() {
    engine.put("a", "blue", "default", 1);
    sandboxes.start(wiring);
    awaitCalls("attach container name-a to blue", "synced");
    calls.clear();

    engine.start("a", "blue", 2);

    awaitCalls("detach a:run1", "attach container name-a to blue");
    assertThat(sandboxes.mayRun("a:run1")).isFalse();
    assertThat(sandboxes.mayRun("a:run2")).isTrue();
  }

  @Test
  void anEventReportedTwiceCountsOnce() {
    sandboxes.start(wiring);
    engine.start("a", "blue", 1);
    awaitCalls("synced", "attach container name-a to blue");

    engine.tell("a");
    engine.start("b", "blue", 1);

    awaitCalls("synced", "attach container name-a to blue", "attach container name-b to blue");
  }

  @Test
  void nothingIsKnownBeforeTheEngineAnswers() {
    engine.leave();
    sandboxes.start(wiring);
    assertThat(sandboxes.isSynced()).isFalse();

    engine.put("a", "blue", "default", 1);
    engine.comeBack();

    await().until(sandboxes::isSynced);
    await().until(() -> calls.contains("attach container name-a to blue"));
  }

  @Test
  void whileTheEngineIsAwayAllKeepsRunningAndAfterwardsWhatWasMissedIsMadeUpFor() {
    engine.put("stays", "blue", "default", 1);
    engine.put("goes", "blue", "default", 1);
    sandboxes.start(wiring);
    await().until(() -> calls.size() == 3);
    await().until(() -> !engine.subscriptions.isEmpty());
    calls.clear();

    engine.leave();
    engine.containers.remove("goes");
    engine.put("comes", "blue", "default", 1);
    assertThat(sandboxes.mayRun("goes:run1")).isTrue();
    assertThat(sandboxes.isSynced()).isTrue();
    engine.comeBack();

    awaitCalls("detach goes:run1", "attach container name-comes to blue", "synced");
    await().until(() -> engine.subscriptions.size() == 2);
    assertThat(engine.subscriptions.get(1)).isAfter(engine.subscriptions.get(0));
  }

  @Test
  void aContainerOnAnothersNetworkIsNoSandbox() {
    engine.put("guest", "blue", "container:host", 1);
    sandboxes.start(wiring);

    awaitCalls("synced");
    assertThat(sandboxes.running()).isEmpty();
  }

  @Test
  void aNamespaceIsTakenFromTheProcessOnlyIfTheProcessIsTheContainers() {
    Container stranger =
        new Container(
            "f".repeat(64),
            "x",
            "blue",
            false,
            "default",
            new Container.Network("run1", "/no/such/file", ProcessHandle.current().pid()));

    assertThat(ContainerNamespaces.of(stranger)).isEmpty();
  }

  @Test
  void aFileThatIsNoNamespaceIsNotTakenForOne() {
    Container hidden =
        new Container(
            "f".repeat(64),
            "x",
            "blue",
            false,
            "default",
            new Container.Network("r", "/etc/passwd", 1));

    assertThat(ContainerNamespaces.of(hidden)).isEmpty();
  }
}
