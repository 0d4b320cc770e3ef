package dev.weft.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.SandboxFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class NamespaceDirectoryTest {
  @TempDir Path directory;
  private SandboxFiles files;
  private NamespaceDirectory source;
  private final RecordingListener listener = new RecordingListener();

  @BeforeEach
  void source() throws IOException {
    files = new SandboxFiles(directory.resolve("sandboxes"));
    source = new NamespaceDirectory(files.directory());
  }

  @AfterEach
  void close() {
    source.close();
  }

  @Test
  void sandboxesThatRanBeforeAndThatComeAndGoLaterAreReported() throws IOException {
    files.start("old", Path.of("/run/netns/old"), "blue");
    assertThat(source.isSynced()).isFalse();
    source.start(listener);
    await().until(source::isSynced);
    assertThat(source.running()).extracting(Sandbox::id).containsExactly("old");

    files.start("new", Path.of("/run/netns/new"), "lan");
    await()
        .untilAsserted(
            () -> assertThat(listener.calls).contains("attach old blue", "attach new lan"));
    files.end("old");
    await().untilAsserted(() -> assertThat(listener.calls).contains("detach old"));
    assertThat(source.mayRun("old")).isFalse();
    assertThat(source.mayRun("uid-new")).isTrue();
  }

  @Test
  void aSandboxThatAsksForOtherNetworksIsAttachedAgain() throws IOException {
    source.start(listener);
    files.start("one", Path.of("/run/netns/one"), "blue");
    await().untilAsserted(() -> assertThat(listener.calls).contains("attach one blue"));
    files.start("one", Path.of("/run/netns/one"), "blue, lan");
    await().untilAsserted(() -> assertThat(listener.calls).contains("attach one blue, lan"));
  }

  @Test
  void aMalformedFileIsNamedBesideItAndHurtsNoOther() throws IOException {
    files.write("bad", "{\"id\": \"bad\", \"netns\":");
    files.write("liar", "{\"id\":\"other\",\"netns\":\"/run/netns/x\"}");
    files.start("good", Path.of("/run/netns/good"), "blue");
    source.start(listener);
    await().untilAsserted(() -> assertThat(listener.calls).contains("attach good blue"));
    await().untilAsserted(() -> assertThat(files.error("bad")).contains("not a sandbox's JSON"));
    assertThat(files.error("liar")).contains("liar").contains("other");
    assertThat(source.mayRun("bad")).as("its address is not given away").isTrue();

    files.start("bad", Path.of("/run/netns/bad"), "blue");
    await().untilAsserted(() -> assertThat(listener.calls).contains("attach bad blue"));
    await().until(() -> files.error("bad").isEmpty());
  }

  @Test
  void aRefusalIsOneLineBesideTheFileUntilItIsOver() throws IOException {
    listener.verdict = new AttachResult.Refused("no such\nnetwork");
    source.start(listener);
    files.start("one", Path.of("/run/netns/one"), "blue");
    await().untilAsserted(() -> assertThat(files.error("one")).isEqualTo("no such network\n"));
    source.report(source.running().iterator().next(), new AttachResult.Wired());
    assertThat(files.error("one")).isEmpty();
  }

  @Test
  void aDirectoryThatVanishesEndsNoSandbox() throws IOException {
    files.start("one", Path.of("/run/netns/one"), "blue");
    source.start(listener);
    await().until(source::isSynced);
    Files.delete(files.directory().resolve("one.json"));
    await().until(() -> source.running().isEmpty());
    files.start("one", Path.of("/run/netns/one"), "blue");
    await().until(() -> !source.running().isEmpty());

    Path away = directory.resolve("away");
    Files.move(files.directory(), away);
    assertThat(source.running()).hasSize(1);
  }
}
