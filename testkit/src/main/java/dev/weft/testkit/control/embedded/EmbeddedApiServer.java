package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.mockwebserver.MockWebServer;
import java.net.URI;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The embedded API server on a port of the loopback interface, without encryption or users. */
public final class EmbeddedApiServer implements AutoCloseable {
  /** Kept in a field: a logger without references loses its level. */
  private static final Logger WEB_SERVER_LOG = Logger.getLogger(MockWebServer.class.getName());

  private final MockWebServer server;

  private EmbeddedApiServer(MockWebServer server) {
    this.server = server;
  }

  /** Starts a server with the namespaces of a new cluster only. */
  public static EmbeddedApiServer start() {
    WEB_SERVER_LOG.setLevel(Level.WARNING);
    // otherwise the JDK prints warnings about the network library
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

  /** Address for clients on this machine. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  @Override
  public void close() {
    server.shutdown();
  }
}
