package dev.weft.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.e2e.lab.LabNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The CNI reference plugins, run on a node of the lab as Multus runs them. */
record CniPlugin(Path folder) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Finds macvlan and host-local, or skips the test. */
  static CniPlugin orSkip() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path home = cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
    List<Path> folders =
        Stream.of(Path.of("/usr/lib/cni"), home.resolve("weft/kube/root/usr/lib/cni"))
            .filter(each -> Files.isExecutable(each.resolve("macvlan")))
            .filter(each -> Files.isExecutable(each.resolve("host-local")))
            .toList();
    assumeTrue(
        !folders.isEmpty(),
        "the CNI reference plugins are missing (Debian: containernetworking-plugins)");
    return new CniPlugin(folders.getFirst());
  }

  /**
   * Adds interface net1 to a sandbox, and returns what the plugin answers.
   *
   * @param sandbox name of its namespace
   */
  JsonNode add(LabNode node, String sandbox, String config) throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                node.namespaceName(),
                folder.resolve(JSON.readTree(config).path("type").asText()).toString())
            .redirectErrorStream(true);
    command
        .environment()
        .putAll(
            Map.of(
                "CNI_COMMAND",
                "ADD",
                "CNI_CONTAINERID",
                sandbox,
                "CNI_NETNS",
                "/run/netns/" + sandbox,
                "CNI_IFNAME",
                "net1",
                "CNI_PATH",
                folder.toString()));
    Process process = command.start();
    try (var in = process.outputWriter(UTF_8)) {
      in.write(config);
    }
    String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(answer);
    }
    return JSON.readTree(answer);
  }
}
