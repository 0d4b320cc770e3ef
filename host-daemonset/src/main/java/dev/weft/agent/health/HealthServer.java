package dev.weft.agent.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Answers {@code /healthz}, {@code /readyz} and {@code /metrics}. */
public final class HealthServer implements AutoCloseable {
  private static final int UNAVAILABLE = 503;

  /** Reasons in one answer. */
  private static final int MOST = 10;

  private final HttpServer server;

  /**
   * A server that listens from now on.
   *
   * @param sick why the process does not work until it is started again; empty: it works
   * @param unready why the node is not as the cluster wants it; empty: it is, as far as is known
   * @throws IOException if the address cannot be listened on
   */
  public HealthServer(
      InetSocketAddress address,
      Supplier<List<String>> sick,
      Supplier<List<String>> unready,
      AgentMetrics metrics)
      throws IOException {
    server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/healthz", exchange -> answer(exchange, sick.get()));
    server.createContext("/readyz", exchange -> answer(exchange, unready.get()));
    server.createContext(
        "/metrics", exchange -> answer(exchange, HttpURLConnection.HTTP_OK, metrics.scrape()));
    server.start();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, List<String> reasons) throws IOException {
    answer(
        exchange,
        reasons.isEmpty() ? HttpURLConnection.HTTP_OK : UNAVAILABLE,
        reasons.isEmpty()
            ? "ok"
            : reasons.stream().limit(MOST).collect(Collectors.joining("\n", "", "\n")));
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    try (exchange) {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
