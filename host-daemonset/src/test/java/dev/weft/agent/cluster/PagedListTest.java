package dev.weft.agent.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.api.MeshNode;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server whose list expires between two pages, as happens after five minutes. */
@NullUnmarked
class PagedListTest {
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger continued = new AtomicInteger();
  private HttpServer server;
  private KubernetesClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    client =
        AgentClients.open(
            new ConfigBuilder()
                .withAutoConfigure(false)
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withRequestRetryBackoffLimit(0)
                .withWatchReconnectInterval(10)
                .build(),
            _ -> {});
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void aListIsAskedForInPagesAndFromItsBeginningWhenItsRestHasExpired() {
    try (Cache<MeshNode> cache = new Cache<>(client.resources(MeshNode.class), (_, _) -> {})) {
      var _ = cache.start();

      await().until(() -> cache.all().size() == 2);

      assertThat(cache.all())
          .extracting(each -> each.getMetadata().getName())
          .containsExactlyInAnyOrder("n1", "n2");
      assertThat(List.copyOf(asked).subList(0, 4))
          .allSatisfy(each -> assertThat(each).contains("limit=100"))
          .extracting(each -> each.contains("continue=rest"))
          .containsExactly(false, true, false, true);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    if (query.contains("watch=true")) {
      reply(exchange, 500, "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":500}");
      return;
    }
    asked.add(query);
    if (!query.contains("continue=")) {
      reply(exchange, 200, page("n1", "rest"));
    } else if (continued.getAndIncrement() == 0) {
      reply(
          exchange,
          410,
          "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":410,\"reason\":\"Expired\"}");
    } else {
      reply(exchange, 200, page("n2", ""));
    }
  }

  private static String page(String node, String rest) {
    return """
    {"apiVersion":"weft.dev/v1alpha1","items":[{"apiVersion":"weft.dev/v1alpha1","kind":"MeshNode",
     "metadata":{"name":"%s","uid":"u-%s","resourceVersion":"1"},"spec":{}}],
     "kind":"MeshNodeList","metadata":{"continue":"%s","resourceVersion":"7"}}
    """
        .formatted(node, node, rest);
  }

  private static void reply(HttpExchange exchange, int code, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, body.length);
    try (exchange) {
      exchange.getResponseBody().write(body);
    }
  }
}
