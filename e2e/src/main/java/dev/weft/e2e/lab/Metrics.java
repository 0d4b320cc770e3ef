package dev.weft.e2e.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Metrics of a program, as served at {@code /metrics}.
 *
 * @param text in Prometheus' text format
 */
public record Metrics(String text) {
  static final int AGENT_PORT = 9810;

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  /** Reads the metrics of a node's agent, which listens on its node's loopback interface only. */
  public static Metrics of(LabNode node) {
    return metrics(agent(node, "/metrics"));
  }

  /** Whether {@code /readyz} of a node's agent reports that it is ready. */
  public static boolean isReady(LabNode node) {
    return agent(node, "/readyz").startsWith("HTTP/1.1 200");
  }

  private static String agent(LabNode node, String path) {
    InetSocketAddress address = new InetSocketAddress(LOOPBACK, AGENT_PORT);
    try (SocketChannel channel =
        node.namespace().<SocketChannel, IOException>call(() -> SocketChannel.open(address))) {
      return get(channel, path);
    } catch (IOException e) {
      throw new UncheckedIOException("the agent of %s does not answer".formatted(node.name()), e);
    }
  }

  static Metrics ofOperator(int port) {
    try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(LOOPBACK, port))) {
      return metrics(get(channel, "/metrics"));
    } catch (IOException e) {
      throw new UncheckedIOException("the operator does not answer", e);
    }
  }

  private static String get(SocketChannel channel, String path) throws IOException {
    channel
        .socket()
        .getOutputStream()
        .write("GET %s HTTP/1.0\r\n\r\n".formatted(path).getBytes(StandardCharsets.US_ASCII));
    return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
  }

  private static Metrics metrics(String answer) {
    return new Metrics(answer.substring(answer.indexOf("\r\n\r\n") + 4));
  }

  /** Values by name and labels, such as {@code weft_agent_api_requests_total{method="GET"}}. */
  public Map<String, Double> values() {
    Map<String, Double> values = new TreeMap<>();
    text.lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .forEach(line -> {
          int space = line.lastIndexOf(' ');
          values.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
    return values;
  }
}
