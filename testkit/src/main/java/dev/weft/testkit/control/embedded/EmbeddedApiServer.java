package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.mockwebserver.MockWebServer;
import java.net.URI;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The embedded API server on a port of the loopback interface, without encryption or users. */
public final class EmbeddedApiServer implements AutoCloseable {
  /** Held, because a logger that nobody holds forgets its level. */
  private static final Logger WEB_SERVER_LOG = Logger.getLogger(MockWebServer.class.getName());

  private final MockWebServer server;

  private EmbeddedApiServer(MockWebServer server) {
    this.server = server;
  }

  /** Starts a server that holds the namespaces of every new cluster, and nothing else. */
  public static EmbeddedApiServer start() {
    WEB_SERVER_LOG.setLevel(Level.WARNING);
    // Or the JDK warns of what its network library does.
    System.setProperty("io.netty.noUnsafe", "true");
    ObjectStore store = new ObjectStore();
    ResourceType namespaces = store.type("", "v1", "namespaces").orElseThrow();
    for (String name : List.of("default", "kube-system")) {
      var namespace = JsonNodeFactory.instance.objectNode();
      namespace.putObject("metadata").put("name", name);
      store.create(namespaces, "", namespace);
    }
    MockWebServer server = new MockWebServer();
    server.setDispatcher(new ApiDispatcher(store));
    server.start();
    return new EmbeddedApiServer(server);
  }

  /** Where clients on this machine reach it. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  @Override
  public void close() {
    server.shutdown();
  }
}
