package dev.weft.agent.nri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.SandboxListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class NriSandboxesTest {
  private static final String NETNS = "/proc/self/ns/net";

  @TempDir Path directory;
  private FakeRuntime runtime;
  private NriSandboxes source;
  private final RecordingAttacher attacher = new RecordingAttacher();

  private static final class RecordingAttacher implements SandboxListener {
    final List<String> calls = new CopyOnWriteArrayList<>();
    final CountDownLatch end = new CountDownLatch(1);
    volatile AttachResult verdict = new AttachResult.Wired();
    volatile boolean hangs;

    @Override
    public AttachResult attach(Sandbox sandbox) {
      calls.add("attach " + sandbox);
      if (hangs) {
        try {
          end.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return verdict;
    }

    @Override
    public AttachResult adopt(Sandbox sandbox) {
      calls.add("adopt " + sandbox);
      return verdict;
    }

    @Override
    public void detach(Sandbox sandbox) {
      calls.add("detach " + sandbox);
    }

    @Override
    public void synced() {
      calls.add("synced");
    }
  }

  @BeforeEach
  void start() throws IOException {
    runtime = new FakeRuntime(directory.resolve("nri.sock"));
    source = new NriSandboxes(directory.resolve("nri.sock"), Duration.ofMillis(200));
    source.start(attacher);
  }

  @AfterEach
  void close() throws IOException {
    attacher.end.countDown();
    source.close();
    runtime.close();
  }

  @Test
  void aPodIsWiredBeforeItsStartIsAnsweredAndReleasedAtItsStop() throws Exception {
    FakeRuntime.Peer peer = runtime.next().opened();

    assertThat(peer.event(Plugin.RUN_POD_SANDBOX, FakeRuntime.pod("a", "blue", NETNS))).isEmpty();
    assertThat(attacher.calls).contains("attach default/a");
    assertThat(source.running()).extracting(Sandbox::id).containsExactly("id-a");

    assertThat(peer.event(Plugin.STOP_POD_SANDBOX, FakeRuntime.pod("a", "blue", ""))).isEmpty();
    assertThat(attacher.calls).contains("detach default/a");
    assertThat(source.running()).isEmpty();
  }

  @Test
  void aPodThatAsksForNothingIsNotLookedAt() throws Exception {
    FakeRuntime.Peer peer = runtime.next().opened();

    assertThat(peer.event(Plugin.RUN_POD_SANDBOX, FakeRuntime.pod("a", "", NETNS))).isEmpty();
    assertThat(attacher.calls).doesNotContain("attach default/a");
    assertThat(source.running()).isEmpty();
  }

  @Test
  void aPodThatCannotBeWiredIsRefusedAndTakenBack() throws Exception {
    FakeRuntime.Peer peer = runtime.next().opened();
    attacher.verdict = new AttachResult.Refused("network blue is full");

    assertThat(peer.event(Plugin.RUN_POD_SANDBOX, FakeRuntime.pod("a", "blue", NETNS)))
        .isEqualTo("weft: network blue is full");
    assertThat(attacher.calls).contains("detach default/a");
    assertThat(source.running()).isEmpty();
  }

  @Test
  void aPodThatIsNotWiredInTimeIsRefusedBeforeTheRuntimeLosesPatience() throws Exception {
    FakeRuntime.Peer peer = runtime.next().opened();
    attacher.hangs = true;

    assertThat(peer.event(Plugin.RUN_POD_SANDBOX, FakeRuntime.pod("a", "blue", NETNS)))
        .contains("not wired within");
    assertThat(attacher.calls).contains("detach default/a");
  }

  @Test
  void anInterfaceWiredAfterItsPodEndedIsRemoved() throws Exception {
    FakeRuntime.Peer peer = runtime.next().opened();
    attacher.hangs = true;
    assertThat(peer.event(Plugin.RUN_POD_SANDBOX, FakeRuntime.pod("a", "blue", NETNS)))
        .contains("not wired within");
    attacher.calls.clear();

    attacher.end.countDown();

    await().untilAsserted(() -> assertThat(attacher.calls).contains("detach default/a"));
  }

  @Test
  void aPodWithAnInvisibleNamespaceIsRefused() throws Exception {
    FakeRuntime.Peer peer = runtime.next().opened();

    String gone = directory.resolve("gone").toString();
    FieldWriter pod = FakeRuntime.pod("a", "blue", gone).number(9, Integer.MAX_VALUE);
    assertThat(peer.event(Plugin.RUN_POD_SANDBOX, pod)).contains(gone, "/run/netns");
  }

  @Test
  void sandboxesThatChangedWithoutAListenerAreCaughtUp() throws Exception {
    FakeRuntime.Peer peer = runtime.next().opened(FakeRuntime.pod("old", "blue", NETNS));
    runtime.next().opened(FakeRuntime.pod("old", "blue", NETNS));
    await().untilAsserted(() -> assertThat(attacher.calls).contains("adopt default/old"));
    peer.drop();
    runtime.restart();

    runtime.next().opened(FakeRuntime.pod("new", "blue", NETNS));
    await().untilAsserted(() -> assertThat(attacher.calls).contains("adopt default/new"));
    assertThat(attacher.calls).doesNotContain("detach default/old");

    runtime.next().opened(FakeRuntime.pod("new", "blue", NETNS));
    await().untilAsserted(() -> assertThat(attacher.calls).contains("detach default/old"));
    assertThat(attacher.calls).doesNotContain("detach default/new");
  }

  @Test
  void onlyASecondListProvesWhatDoesNotRun() throws Exception {
    runtime.next().opened();
    await().until(source::isSynced);
    assertThat(source.mayRun("id-between")).isTrue();

    FakeRuntime.Peer second = runtime.next().opened(FakeRuntime.pod("between", "blue", NETNS));
    second.gone.get();
    await().untilAsserted(() -> assertThat(attacher.calls).contains("adopt default/between"));
    assertThat(source.mayRun("uid-between")).isTrue();
    assertThat(source.mayRun("uid-other")).isFalse();
  }
}
