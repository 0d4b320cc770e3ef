package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A watch over a WebSocket: one event per message, until the client disconnects. */
final class WatchStream extends WebSocketListener {
  private final Function<Consumer<ObjectNode>, Runnable> start;
  private @Nullable Runnable stop;

  /**
   * A stream of events.
   *
   * @param start starts the watch with a sink and returns an action to end it
   */
  WatchStream(Function<Consumer<ObjectNode>, Runnable> start) {
    this.start = start;
  }

  @Override
  public synchronized void onOpen(WebSocket webSocket, Response response) {
    try {
      stop = start.apply(event -> webSocket.send(event.toString()));
    } catch (ApiError e) {
      ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", "ERROR");
      event.set("object", e.status());
      webSocket.send(event.toString());
      webSocket.close(1000, "");
    }
  }

  @Override
  public void onClosing(WebSocket webSocket, int code, @Nullable String reason) {
    webSocket.close(1000, "");
    end();
  }

  @Override
  public void onClosed(WebSocket webSocket, int code, @Nullable String reason) {
    end();
  }

  @Override
  public void onFailure(WebSocket webSocket, Throwable error, Response response) {
    end();
  }

  private synchronized void end() {
    if (stop != null) {
      stop.run();
      stop = null;
    }
  }
}
