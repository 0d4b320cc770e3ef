package dev.weft.operator.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Serves /healthz, /readyz and /metrics to kubelet and Prometheus. */
public final class HealthServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final HttpServer server;

  private HealthServer(HttpServer server) {
    this.server = server;
  }

  /**
   * What it answers with.
   *
   * @param sick why the process does not work until it is started again; empty: it works
   * @param unready why it does not do its work now; empty: it does
   * @param lease how it stands with the lease
   * @param metrics the metrics in Prometheus' text format
   */
  public record Answers(
      Supplier<List<String>> sick,
      Supplier<List<String>> unready,
      Supplier<String> lease,
      Supplier<String> metrics) {}

  /**
   * Listens from now on.
   *
   * @throws IOException if the address is taken or not ours
   */
  public static HealthServer start(InetSocketAddress address, Answers answers) throws IOException {
    HttpServer server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/healthz", exchange -> answer(exchange, answers.sick.get(), ""));
    server.createContext(
        "/readyz", exchange -> answer(exchange, answers.unready.get(), answers.lease.get()));
    server.createContext("/metrics", exchange -> send(exchange, OK, answers.metrics.get()));
    server.start();
    return new HealthServer(server);
  }

  /** The port that is listened on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, List<String> reasons, String more)
      throws IOException {
    String text = reasons.isEmpty() ? "ok" : String.join("\n", reasons);
    send(
        exchange,
        reasons.isEmpty() ? OK : UNAVAILABLE,
        (more.isEmpty() ? text : text + "\n" + more) + "\n");
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
