package dev.weft.agent;

import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.testkit.Door;
import dev.weft.testkit.TestApiServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace in which the agent's process runs as node {@code n}, with a connection to the
 * API server that tests can cut.
 */
final class AgentHost implements AutoCloseable {
  /** Address at which the agent reaches the API server. */
  static final int FRONT = 16443;

  private static final int HEALTH = 9810;

  private final TestApiServer server;
  private final String name;
  private final NetworkNamespace namespace;
  private @Nullable Process agent;

  AgentHost(TestApiServer server, String purpose) {
    this.server = server;
    name = "weft-test-%d-%s".formatted(ProcessHandle.current().pid(), purpose);
    namespace = NetworkNamespace.create(name);
    try (Netlink netlink = Netlink.open(namespace)) {
      netlink.linkSet(
          netlink.link("lo").orElseThrow().index(), LinkSettings.builder().up(true).build());
    }
  }

  NetworkNamespace namespace() {
    return namespace;
  }

  /** Opens the way. */
  Door door() throws IOException {
    URI behind = URI.create(server.client().getConfiguration().getMasterUrl());
    return new Door(
        namespace.call(() -> new ServerSocket(FRONT, 50, InetAddress.getLoopbackAddress())),
        behind.getPort());
  }

  /**
   * Starts the agent.
   *
   * @param folder of its files, such as its {@code log}
   */
  Process run(Path folder, String... jvmOptions) throws IOException {
    Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), server.kubeconfigAt(FRONT));
    List<String> command = new ArrayList<>();
    command.add("nsenter");
    command.add("--net=/run/netns/" + name);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmOptions));
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            AgentMain.class.getName(),
            "run",
            "--node=n",
            "--kubeconfig=" + kubeconfig,
            "--sandboxes=" + folder.resolve("sandboxes"),
            "--keys=" + folder.resolve("keys")));
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    agent = started;
    return started;
  }

  /** The answer of {@code /readyz}, with its first line. */
  String readyz() {
    return get("/readyz");
  }

  /** The agent's answer, with its first line; empty while no process listens. */
  String get(String path) {
    return namespace.call(() -> {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), HEALTH)) {
        socket
            .getOutputStream()
            .write(
                "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .formatted(path)
                    .getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        return "";
      }
    });
  }

  /** Kills the agent. */
  @Override
  public void close() {
    if (agent != null) {
      agent.destroyForcibly().onExit().join();
    }
    namespace.close();
    NetworkNamespace.delete(name);
  }
}
