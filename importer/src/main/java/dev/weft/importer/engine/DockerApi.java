package dev.weft.importer.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.yaml.UnreadableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;

/** Reads networks and services from the API of a Docker engine; it changes nothing. */
public final class DockerApi {
  private static final long PATIENCE = 15_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;
  private static final int PORT = 2375;

  private final URI uri;
  private final SocketAddress address;

  private DockerApi(URI uri) {
    this.uri = uri;
    this.address = address(uri);
  }

  /**
   * Reads everything that an engine has, in the order of names.
   *
   * @throws UnreadableFile if the URI does not name an engine, or the engine returns an error
   * @throws IOException if no engine answers within 15 seconds
   */
  public static List<Imported> read(URI uri) throws IOException {
    try {
      return new DockerApi(uri).all();
    } catch (IOException e) {
      throw new IOException(
          "no engine answers at %s (%s); is it running, and may you open its socket?"
              .formatted(uri, e.getMessage()),
          e);
    }
  }

  private static SocketAddress address(URI uri) {
    String scheme = uri.getScheme();
    if ("unix".equals(scheme) && uri.getPath() != null) {
      return UnixDomainSocketAddress.of(uri.getPath());
    }
    if (("tcp".equals(scheme) || "http".equals(scheme)) && uri.getHost() != null) {
      return new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? PORT : uri.getPort());
    }
    throw new UnreadableFile(
        "%s names no engine; write unix:///PATH or tcp://HOST:PORT".formatted(uri));
  }

  private List<Imported> all() throws IOException {
    List<JsonNode> networks = new ArrayList<>();
    for (JsonNode each : get("/networks")) {
      // a list omits the containers on a network
      JsonNode whole = get("/networks/" + each.path("Id").asText());
      networks.add(whole.isObject() && whole.has("Id") ? whole : each);
    }
    List<JsonNode> services = new ArrayList<>();
    if (get("/info").path("Swarm").path("ControlAvailable").asBoolean()) {
      get("/services").forEach(services::add);
    }
    return EngineReader.read(networks, services);
  }

  private JsonNode get(String path) throws IOException {
    Answer answer = Answer.of(ask(path));
    if (answer.status != OK && path.lastIndexOf('/') == 0) {
      throw new UnreadableFile(
          "the engine at %s answers %s with %d: %s"
              .formatted(uri, path, answer.status, answer.json.path("message").asText()));
    }
    return answer.json;
  }

  /** Sends a request and returns the whole response. */
  private byte[] ask(String path) throws IOException {
    try (SocketChannel channel =
            address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        Deadline _ = new Deadline(channel)) {
      channel.connect(address);
      // HTTP/1.0 has no chunks: the response ends with the connection
      ByteBuffer request =
          ByteBuffer.wrap(
              "GET %s HTTP/1.0\r\nHost: docker\r\n\r\n".formatted(path).getBytes(ISO_8859_1));
      while (request.hasRemaining()) {
        channel.write(request);
      }
      return Channels.newInputStream(channel).readAllBytes();
    }
  }

  /** Closes a connection if its request does not end in time. */
  private static final class Deadline implements AutoCloseable {
    private final Timer timer = new Timer("deadline", true);

    Deadline(SocketChannel channel) {
      timer.schedule(
          new TimerTask() {
            @Override
            public void run() {
              try {
                channel.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          },
          PATIENCE);
    }

    @Override
    public void close() {
      timer.cancel();
    }
  }

  /** A response of HTTP/1.0. */
  private record Answer(int status, JsonNode json) {
    static Answer of(byte[] whole) throws IOException {
      String text = new String(whole, ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      String[] first = text.substring(0, Math.max(end, 0)).split("\\s", 3);
      if (end < 0
          || first.length < 2
          || !first[0].startsWith("HTTP/")
          || !first[1].matches("[0-9]{3}")) {
        throw new IOException("what answers does not speak HTTP");
      }
      return new Answer(
          Integer.parseInt(first[1]), JSON.readTree(whole, end + 4, whole.length - end - 4));
    }
  }
}
