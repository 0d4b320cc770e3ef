package dev.weft.e2e.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.net.Capture;
import dev.weft.e2e.net.Ping;
import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Parts of the lab itself, without operator and agents. */
class LabPartsTest {
  @BeforeAll
  static void needsRoot() {
    assumeTrue(Root.is(), Root.REASON);
  }

  @Test
  void stationsReachEachOtherTheRouterAndWhatIsBeyond() {
    try (StateDirectory state = StateDirectory.create(Labs.name())) {
      Namespaces namespaces = new Namespaces(state.path().getFileName().toString(), state);
      try (Wire wire = Wire.create(namespaces);
          NetworkNamespace one = namespaces.create("node-1");
          NetworkNamespace two = namespaces.create("node-2")) {
        wire.plugNode("weft-1", one, 11);
        wire.plugNode("weft-2", two, 12);

        try (Capture sent = Capture.open(wire.namespace(), wire.port("weft-1"))) {
          assertThat(Ping.once(one, Wire.address(12), Duration.ofSeconds(5))).isPresent();
          assertThat(Ping.once(one, Wire.BEYOND, Duration.ofSeconds(5))).isPresent();
          assertThat(
                  Ping.once(
                      one, java.net.InetAddress.ofLiteral("fd00:77::12"), Duration.ofSeconds(5)))
              .isPresent();
          await().until(() -> sent.frames().size() >= 3);
        }
        assertThat(Ping.once(one, Wire.address(13), Duration.ofMillis(300))).isEmpty();
      }
    }
  }

  @Test
  void aKilledLabLeavesNothing() throws IOException, InterruptedException {
    String lab = Labs.name();
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                AbandonedLab.class.getName(),
                lab)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String child = owner.inputReader().readLine();
    assertThat(NetworkNamespace.names()).contains("weft-" + lab + "-wire");
    ProcessHandle started = ProcessHandle.of(Long.parseLong(child)).orElseThrow();

    owner.destroyForcibly().waitFor();

    await().until(() -> !started.isAlive());
    await().until(() -> !Files.exists(StateDirectory.ROOT.resolve(lab)));
    assertThat(NetworkNamespace.names()).noneMatch(name -> name.startsWith("weft-" + lab));
  }

  @Test
  void aSweepSparesLabsOfLivingOwners() {
    try (StateDirectory living = StateDirectory.create(Labs.name())) {
      Namespaces namespaces = new Namespaces(living.path().getFileName().toString(), living);
      try (NetworkNamespace kept = namespaces.create("kept");
          StateDirectory other = StateDirectory.create(Labs.name())) {
        assertThat(kept.id()).isNotNull();
        assertThat(List.of(living.path(), other.path())).allMatch(Files::isDirectory);
        assertThat(NetworkNamespace.names()).contains(namespaces.name("kept"));
      }
    }
  }
}
