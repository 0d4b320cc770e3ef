package dev.weft.process;

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

/** Serves {@code /healthz}, {@code /readyz} and {@code /metrics} to kubelet and Prometheus. */
public final class HealthServer implements AutoCloseable {
  /** Maximum number of reasons in one response. */
  private static final int MOST = 10;

  private final HttpServer server;

  private HealthServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Sources of the server's responses.
   *
   * @param sick reasons to restart the process; empty: it is healthy
   * @param unready reasons why the process is not ready; empty: it is
   * @param note line appended to the response of {@code /readyz}; empty: none
   * @param metrics the metrics in Prometheus' text format
   */
  public record Answers(
      Supplier<List<String>> sick,
      Supplier<List<String>> unready,
      Supplier<String> note,
      Supplier<String> metrics) {}

  /**
   * Starts a server.
   *
   * @throws IOException if the address is in use or not assigned to an interface
   */
  public static HealthServer start(InetSocketAddress address, Answers answers) throws IOException {
    HttpServer server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/healthz", exchange -> answer(exchange, answers.sick.get(), ""));
    server.createContext(
        "/readyz", exchange -> answer(exchange, answers.unready.get(), answers.note.get()));
    server.createContext(
        "/metrics", exchange -> send(exchange, HttpURLConnection.HTTP_OK, answers.metrics.get()));
    server.start();
    return new HealthServer(server);
  }

  /** Address and port that the server listens on. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, List<String> reasons, String note)
      throws IOException {
    String text =
        reasons.isEmpty() ? "ok" : reasons.stream().limit(MOST).collect(Collectors.joining("\n"));
    send(
        exchange,
        reasons.isEmpty() ? HttpURLConnection.HTTP_OK : HttpURLConnection.HTTP_UNAVAILABLE,
        (note.isEmpty() ? text : text + "\n" + note) + "\n");
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
