package dev.weft.process;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP client that drops connections with a dead peer. The kernel detects a dead peer only after
 * 16 minutes, and with HTTP/2 all requests share one connection. When a request times out and
 * nothing was received since it was sent, the client drops all connections: the next request opens
 * a new one, and watches are notified that their connection has ended. A server that is only slow
 * still sends something, and so keeps its connections.
 */
final class LivingConnections extends HttpClient {
  private static final Logger LOG = LoggerFactory.getLogger(LivingConnections.class);

  private final Supplier<HttpClient> maker;
  private final AtomicReference<Generation> current;

  /** A client and what its connections have received. */
  private record Generation(HttpClient client, HeardSockets sockets) {
    static Generation of(HttpClient client) {
      return new Generation(client, new HeardSockets());
    }
  }

  /**
   * A client without connections.
   *
   * @param maker makes equal clients of the JDK
   */
  LivingConnections(Supplier<HttpClient> maker) {
    this.maker = maker;
    current = new AtomicReference<>(Generation.of(maker.get()));
  }

  private HttpClient client() {
    return current.get().client;
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    Generation generation = current.get();
    return watched(
        generation, generation.client.sendAsync(request, generation.sockets.heard(handler)));
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request,
      HttpResponse.BodyHandler<T> handler,
      HttpResponse.PushPromiseHandler<T> pushed) {
    Generation generation = current.get();
    return watched(
        generation,
        generation.client.sendAsync(request, generation.sockets.heard(handler), pushed));
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    Generation generation = current.get();
    long sent = System.nanoTime();
    try {
      return generation.client.send(request, generation.sockets.heard(handler));
    } catch (HttpTimeoutException e) {
      judge(generation, sent, e);
      throw e;
    }
  }

  private <T> CompletableFuture<T> watched(Generation generation, CompletableFuture<T> answer) {
    long sent = System.nanoTime();
    CompletableFuture<?> _ =
        answer.whenComplete((_, error) -> {
          if (error != null) {
            judge(generation, sent, error);
          }
        });
    return answer;
  }

  /**
   * Drops the connections after a timeout of a request. A timeout of a new connection says nothing
   * about existing ones.
   */
  private void judge(Generation generation, long sent, Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (cause instanceof HttpTimeoutException
        && !(cause instanceof HttpConnectTimeoutException)
        && !generation.sockets.isHeardSince(sent)) {
      renew(generation);
    }
  }

  private void renew(Generation silent) {
    Generation fresh = Generation.of(maker.get());
    if (current.compareAndSet(silent, fresh)) {
      LOG.atWarn().log("the API server's connections are silent: the agent opens new ones");
      silent.sockets.end();
      silent.client.shutdownNow();
    } else {
      fresh.client.shutdownNow();
    }
  }

  @Override
  public WebSocket.Builder newWebSocketBuilder() {
    Generation generation = current.get();
    return generation.sockets.builder(generation.client.newWebSocketBuilder());
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return client().cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return client().connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return client().followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return client().proxy();
  }

  @Override
  public SSLContext sslContext() {
    return client().sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return client().sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return client().authenticator();
  }

  @Override
  public Version version() {
    return client().version();
  }

  @Override
  public Optional<Executor> executor() {
    return client().executor();
  }

  @Override
  public void shutdown() {
    client().shutdown();
  }

  @Override
  public boolean awaitTermination(Duration duration) throws InterruptedException {
    return client().awaitTermination(duration);
  }

  @Override
  public boolean isTerminated() {
    return client().isTerminated();
  }

  @Override
  public void shutdownNow() {
    client().shutdownNow();
  }
}
