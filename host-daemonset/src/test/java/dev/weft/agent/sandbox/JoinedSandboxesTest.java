package dev.weft.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.SandboxFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class JoinedSandboxesTest {
  @TempDir Path directory;
  private final RecordingListener listener = new RecordingListener();
  private SandboxFiles one;
  private SandboxFiles other;
  private NamespaceDirectory first;
  private NamespaceDirectory second;
  private JoinedSandboxes joined;

  @BeforeEach
  void sources() throws IOException {
    one = new SandboxFiles(directory.resolve("one"));
    other = new SandboxFiles(directory.resolve("other"));
    first = new NamespaceDirectory(one.directory());
    second = new NamespaceDirectory(other.directory());
    joined = new JoinedSandboxes(List.of(first, second));
  }

  @AfterEach
  void close() {
    joined.close();
  }

  @Test
  void theSandboxesOfEachSourceAreReported() throws IOException {
    one.start("a", Path.of("/run/netns/a"), "blue");
    other.start("b", Path.of("/run/netns/b"), "lan");
    joined.start(listener);

    await().until(joined::isSynced);
    assertThat(joined.running()).extracting(Sandbox::id).containsExactlyInAnyOrder("a", "b");
    assertThat(joined.mayRun("a")).isTrue();
    assertThat(joined.mayRun("b")).isTrue();
    assertThat(joined.mayRun("c")).isFalse();
    await()
        .untilAsserted(
            () -> assertThat(listener.calls).contains("attach a blue", "attach b lan", "synced"));
  }

  @Test
  void nothingIsSyncedBeforeEverySourceIs() throws IOException {
    Files.delete(other.directory());
    joined.start(listener);
    await().until(first::isSynced);
    assertThat(joined.isSynced()).isFalse();
    assertThat(listener.calls).doesNotContain("synced");

    Files.createDirectory(other.directory());
    await().until(joined::isSynced);
    await().untilAsserted(() -> assertThat(listener.calls).contains("synced"));
  }

  @Test
  void aVerdictReachesTheSourceOfItsSandbox() throws IOException {
    other.start("b", Path.of("/run/netns/b"), "lan");
    joined.start(listener);
    await().untilAsserted(() -> assertThat(listener.calls).contains("attach b lan"));

    Sandbox sandbox = joined.running().iterator().next();
    joined.report(sandbox, new AttachResult.Refused("no room"));

    assertThat(other.directory().resolve("b.error")).hasContent("no room");
    assertThat(one.directory()).isEmptyDirectory();
  }
}
