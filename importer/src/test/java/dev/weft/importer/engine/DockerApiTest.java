package dev.weft.importer.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.yaml.UnreadableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads from a server that answers like an engine. */
class DockerApiTest {
  private static final Map<String, String> WORKER =
      Map.of(
          "/networks", "[{\"Name\": \"grün\", \"Id\": \"1\", \"Driver\": \"bridge\"}]",
          "/networks/1", "{\"Name\": \"grün\", \"Id\": \"1\", \"Driver\": \"bridge\"}",
          "/info", "{\"Swarm\": {\"ControlAvailable\": false}}");

  @TempDir private Path folder;

  @Test
  void anEngineIsReadByItsAddress() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String answer = WORKER.getOrDefault(exchange.getRequestURI().getPath(), "");
          byte[] body = (answer.isEmpty() ? "{\"message\": \"none\"}" : answer).getBytes(UTF_8);
          exchange.sendResponseHeaders(answer.isEmpty() ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      URI uri = URI.create("tcp://127.0.0.1:" + server.getAddress().getPort());

      assertThat(DockerApi.read(uri))
          .extracting(Imported::what)
          .containsExactly("network grün of driver bridge");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void anEngineIsReadThroughItsSocketAndItsRefusalIsReported() throws Exception {
    Path socket = folder.resolve("docker.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread answering =
          Thread.startVirtualThread(() -> {
            try (SocketChannel channel = server.accept()) {
              channel.read(ByteBuffer.allocate(1024));
              channel.write(
                  ByteBuffer.wrap(
                      "HTTP/1.0 403 Forbidden\r\n\r\n{\"message\": \"not you\"}".getBytes(UTF_8)));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });

      assertThatThrownBy(() -> DockerApi.read(URI.create("unix://" + socket)))
          .isInstanceOf(UnreadableFile.class)
          .hasMessageContaining("403: not you");
      answering.join();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ssh://host", "/var/run/docker.sock", "unix:docker.sock", "tcp:///"})
  void anAddressOfNoEngineIsRefused(String uri) {
    assertThatThrownBy(() -> DockerApi.read(URI.create(uri)))
        .isInstanceOf(UnreadableFile.class)
        .hasMessageContaining("unix:///PATH");
  }

  @Test
  void aServerThatDoesNotSpeakHttpIsReported() throws IOException {
    Path socket = folder.resolve("other.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.startVirtualThread(() -> {
        try (SocketChannel channel = server.accept()) {
          channel.read(ByteBuffer.allocate(1024));
          channel.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });

      assertThatThrownBy(() -> DockerApi.read(URI.create("unix://" + socket)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("does not speak HTTP");
    }
  }
}
