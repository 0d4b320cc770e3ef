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
 * What an agent counts, as it says in Prometheus' text format at {@code /metrics}.
 *
 * @param values by name and labels, such as {@code weft_agent_api_requests_total{method="GET"}}
 */
public record AgentMetrics(Map<String, Double> values) {
  static final int PORT = 9810;

  /** Asks the agent of a node, which listens on its node's loopback interface only. */
  public static AgentMetrics of(LabNode node) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT);
    try (SocketChannel channel =
        node.namespace().<SocketChannel, IOException>call(() -> SocketChannel.open(address))) {
      channel
          .socket()
          .getOutputStream()
          .write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
      return parse(answer);
    } catch (IOException e) {
      throw new UncheckedIOException("the agent of %s does not answer".formatted(node.name()), e);
    }
  }

  private static AgentMetrics parse(String answer) {
    Map<String, Double> values = new TreeMap<>();
    answer
        .lines()
        .dropWhile(line -> !line.isEmpty())
        .filter(line -> line.startsWith("weft_"))
        .forEach(line -> {
          int space = line.lastIndexOf(' ');
          values.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
    return new AgentMetrics(Map.copyOf(values));
  }
}
