package dev.weft.e2e.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Root;
import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs the demo with every sample. */
@Tag("api-server")
class DemoTest {
  private static final List<String> LINE =
      List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          "-cp",
          System.getProperty("java.class.path"),
          "dev.weft.e2e.demo.DemoMain",
          "--once",
          "--manifests",
          "../manifests");

  @Test
  void holdsAndLeavesNothing() throws IOException, InterruptedException {
    assumeTrue(Root.is(), Root.REASON);
    Process demo = new ProcessBuilder(LINE).redirectErrorStream(true).start();
    String said = new String(demo.getInputStream().readAllBytes(), UTF_8);

    assertThat(demo.waitFor()).as(said).isZero();
    assertThat(said)
        .contains("pings on blue:", "pings on lan:", "network shop (overlay) is Ready")
        .contains("all held, everything is removed");
    assertThat(NetworkNamespace.names()).noneMatch(each -> each.startsWith("weft-demo-"));
  }

  @Test
  void refusesANumberOfNodesThatItCannotMake() throws IOException, InterruptedException {
    for (String nodes : List.of("0", "-1", "101")) {
      List<String> line = new ArrayList<>(LINE);
      line.addAll(List.of("--nodes", nodes));
      Process demo = new ProcessBuilder(line).redirectErrorStream(true).start();
      String said = new String(demo.getInputStream().readAllBytes(), UTF_8);

      assertThat(demo.waitFor()).as(said).isEqualTo(2);
      assertThat(said).contains("--nodes " + nodes, "1 to 100");
    }
  }
}
