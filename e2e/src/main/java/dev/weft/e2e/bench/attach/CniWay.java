package dev.weft.e2e.bench.attach;

import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Attaches with a CNI reference plugin and {@code host-local} addresses, as a runtime runs it. */
final class CniWay implements Way {
  private final Lab lab;
  private final LabNode node;
  private final Path plugins;
  private final Path configuration;
  private final String plugin;
  private final Times times;

  private CniWay(Lab lab, LabNode node, Path plugins, String plugin, String options)
      throws IOException {
    this.lab = lab;
    this.node = node;
    this.plugins = plugins;
    this.plugin = plugin;
    this.times = new Times("CNI %s ADD".formatted(plugin));
    this.configuration =
        Files.writeString(
            lab.directory().resolve("cni-" + plugin),
            """
            {"cniVersion": "0.4.0", "name": "bench-%1$s", "type": "%1$s", %2$s, "ipam":
            {"type": "host-local", "subnet": "10.74.0.0/16", "dataDir": "%3$s"}}
            """
                .formatted(plugin, options, lab.directory().resolve("ipam-" + plugin)));
  }

  /** The folder with the plugins. */
  static Optional<Path> plugins() {
    return Stream.of(System.getenv().getOrDefault("CNI_PATH", ""), "/usr/lib/cni", "/opt/cni/bin")
        .map(Path::of)
        .filter(each -> Files.isExecutable(each.resolve("macvlan")))
        .findFirst();
  }

  static List<CniWay> of(Lab lab, LabNode node, Path plugins) throws IOException {
    return List.of(
        new CniWay(lab, node, plugins, "bridge", "\"bridge\": \"cni-bench\", \"isGateway\": true"),
        new CniWay(lab, node, plugins, "macvlan", "\"master\": \"eth0\""));
  }

  @Override
  public void attach(int round, boolean counts) throws IOException, InterruptedException {
    String id = "cni-%s-%d".formatted(plugin, round);
    Path netns = lab.createSandbox(id);
    long start = System.nanoTime();
    run("ADD", id, netns);
    if (counts) {
      times.add(System.nanoTime() - start);
    }
    run("DEL", id, netns);
    NetworkNamespace.delete(netns.getFileName().toString());
  }

  private void run(String command, String id, Path netns) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(plugins.resolve(plugin).toString())
            .redirectInput(configuration.toFile())
            .redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "CNI_COMMAND",
                command,
                "CNI_CONTAINERID",
                id,
                "CNI_NETNS",
                netns.toString(),
                "CNI_IFNAME",
                "eth0",
                "CNI_PATH",
                plugins.toString()));
    // a child process starts in the namespace of the thread that starts it
    Process process = node.namespace().<Process, IOException>call(builder::start);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("%s %s: %s".formatted(plugin, command, output));
    }
  }

  @Override
  public List<Times> results() {
    return List.of(times);
  }
}
