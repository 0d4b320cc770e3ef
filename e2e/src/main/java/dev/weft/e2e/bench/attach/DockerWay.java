package dev.weft.e2e.bench.attach;

import dev.weft.e2e.lab.Dockerd;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Connects a running container to one more network, by the command or by the engine's API. */
final class DockerWay implements Way {
  private final Dockerd engine;
  private final String network;
  private final boolean command;
  private final Times times;

  private DockerWay(Dockerd engine, String network, boolean command) {
    this.engine = engine;
    this.network = network;
    this.command = command;
    this.times =
        new Times(
            "docker network connect, %s%s".formatted(network, command ? "" : ", by its API alone"));
  }

  static List<DockerWay> of(Dockerd engine) {
    engine.docker("network", "create", "--subnet", "10.75.0.0/16", "bridged");
    engine.docker(
        "network",
        "create",
        "-d",
        "macvlan",
        "--subnet",
        "10.76.0.0/16",
        "-o",
        "parent=eth0",
        "macvlan");
    engine.docker("run", "-d", "--name", "one", "--network", "none", "busybox");
    engine.docker("network", "disconnect", "none", "one");
    return List.of(
        new DockerWay(engine, "bridged", true),
        new DockerWay(engine, "bridged", false),
        new DockerWay(engine, "macvlan", true),
        new DockerWay(engine, "macvlan", false));
  }

  @Override
  public void attach(int round, boolean counts) throws IOException {
    long start = System.nanoTime();
    if (command) {
      engine.docker("network", "connect", network, "one");
    } else {
      post("connect");
    }
    if (counts) {
      times.add(System.nanoTime() - start);
    }
    post("disconnect");
  }

  private void post(String what) throws IOException {
    String body = "{\"Container\": \"one\"}";
    String request =
        "POST /networks/%s/%s HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n"
                .formatted(network, what)
            + "Content-Length: %d\r\nConnection: close\r\n\r\n%s".formatted(body.length(), body);
    Path socket = engine.socket();
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      String answer =
          new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
      if (!answer.startsWith("HTTP/1.1 200")) {
        throw new IOException("%s %s: %s".formatted(what, network, answer));
      }
    }
  }

  @Override
  public List<Times> results() {
    return List.of(times);
  }
}
