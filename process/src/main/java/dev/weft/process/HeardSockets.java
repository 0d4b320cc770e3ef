package dev.weft.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Records when a client's connections last received anything, and closes its WebSockets. */
final class HeardSockets {
  private final Map<WebSocket, WebSocket.Listener> open = new ConcurrentHashMap<>();
  private volatile long last = System.nanoTime();

  /** Whether anything was received after this time of {@link System#nanoTime}. */
  boolean isHeardSince(long moment) {
    return last - moment > 0;
  }

  private void hear() {
    last = System.nanoTime();
  }

  /** Wraps a handler to record the start of an answer. */
  <T> HttpResponse.BodyHandler<T> heard(HttpResponse.BodyHandler<T> handler) {
    return answer -> {
      hear();
      return handler.apply(answer);
    };
  }

  /** Aborts all WebSockets and reports an error to their listeners. */
  void end() {
    open.forEach((socket, listener) -> {
      socket.abort();
      listener.onError(socket, new IOException("the API server's connections were silent"));
    });
    open.clear();
  }

  /** Wraps a builder to record received data and to track its WebSockets. */
  WebSocket.Builder builder(WebSocket.Builder builder) {
    return new Builder(builder);
  }

  private final class Builder implements WebSocket.Builder {
    private final WebSocket.Builder builder;

    Builder(WebSocket.Builder builder) {
      this.builder = builder;
    }

    @Override
    public WebSocket.Builder header(String name, String value) {
      WebSocket.Builder _ = builder.header(name, value);
      return this;
    }

    @Override
    public WebSocket.Builder connectTimeout(Duration timeout) {
      WebSocket.Builder _ = builder.connectTimeout(timeout);
      return this;
    }

    @Override
    public WebSocket.Builder subprotocols(String preferred, String... others) {
      WebSocket.Builder _ = builder.subprotocols(preferred, others);
      return this;
    }

    @Override
    public CompletableFuture<WebSocket> buildAsync(URI uri, WebSocket.Listener listener) {
      return builder.buildAsync(uri, new Listener(listener));
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final WebSocket.Listener listener;

    Listener(WebSocket.Listener listener) {
      this.listener = listener;
    }

    @Override
    public void onOpen(WebSocket socket) {
      hear();
      open.put(socket, listener);
      listener.onOpen(socket);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      hear();
      return listener.onText(socket, data, last);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      hear();
      return listener.onBinary(socket, data, last);
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
      hear();
      return listener.onPing(socket, message);
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
      hear();
      return listener.onPong(socket, message);
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      open.remove(socket);
      return listener.onClose(socket, status, reason);
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      open.remove(socket);
      listener.onError(socket, error);
    }
  }
}
