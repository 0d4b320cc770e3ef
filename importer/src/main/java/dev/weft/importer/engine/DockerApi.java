package dev.weft.importer.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.yaml.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads networks and services of an engine as the JSON that it writes; changes nothing. */
public final class DockerApi {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;

  private final DockerHttpClient http;
  private final URI uri;

  private DockerApi(DockerHttpClient http, URI uri) {
    this.http = http;
    this.uri = uri;
  }

  /** All that an engine has, in the order of names. */
  public static List<Imported> read(URI uri) throws IOException {
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(uri.toString())
            .withDockerTlsVerify(false)
            .build();
    try (DockerHttpClient http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .connectionTimeout(PATIENCE)
            .responseTimeout(PATIENCE)
            .build()) {
      return new DockerApi(http, uri).all();
    } catch (RuntimeException e) {
      if (e instanceof Unreadable) {
        throw e;
      }
      throw new IOException(
          "no engine answers at %s (%s); is it running, and may you open its socket?"
              .formatted(uri, e.getMessage()),
          e);
    }
  }

  private List<Imported> all() throws IOException {
    List<JsonNode> networks = new ArrayList<>();
    for (JsonNode each : get("/networks")) {
      // a list leaves out who is on a network
      JsonNode whole = get("/networks/" + each.path("Id").asText());
      networks.add(whole.isObject() && whole.has("Id") ? whole : each);
    }
    List<JsonNode> services = new ArrayList<>();
    if (get("/info").path("Swarm").path("ControlAvailable").asBoolean()) {
      get("/services").forEach(services::add);
    }
    return Engine.read(networks, services);
  }

  private JsonNode get(String path) throws IOException {
    DockerHttpClient.Request request =
        DockerHttpClient.Request.builder()
            .method(DockerHttpClient.Request.Method.GET)
            .path(path)
            .build();
    try (DockerHttpClient.Response response = http.execute(request);
        InputStream body = response.getBody()) {
      JsonNode answer = JSON.readTree(body);
      if (response.getStatusCode() != OK && path.lastIndexOf('/') == 0) {
        throw new Unreadable(
            "the engine at %s answers %s with %d: %s"
                .formatted(uri, path, response.getStatusCode(), answer.path("message").asText()));
      }
      return answer;
    }
  }
}
