package dev.weft.importer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Network;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads networks and services of an engine; changes nothing. */
final class DockerApi {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private DockerApi() {}

  /** All that an engine has, in the order of names. */
  static List<Imported> read(URI uri) {
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(uri.toString())
            .withDockerTlsVerify(false)
            .build();
    ZerodepDockerHttpClient http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .connectionTimeout(PATIENCE)
            .responseTimeout(PATIENCE)
            .build();
    try (DockerClient client = DockerClientImpl.getInstance(config, http)) {
      return read(client, ((DefaultDockerClientConfig) config).getObjectMapper());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Imported> read(DockerClient client, ObjectMapper json) {
    List<Imported> imported = new ArrayList<>();
    Map<String, String> names = new LinkedHashMap<>();
    List<Network> networks = new ArrayList<>(client.listNetworksCmd().exec());
    networks.sort(Comparator.comparing(Network::getName));
    for (Network each : networks) {
      names.put(each.getId(), each.getName());
      // a list leaves out who is on a network
      Network whole = client.inspectNetworkCmd().withNetworkId(each.getId()).exec();
      imported.add(EngineNetwork.read(tree(json, whole)));
    }
    boolean manages =
        client.infoCmd().exec().getSwarm() != null
            && Boolean.TRUE.equals(
                Objects.requireNonNull(client.infoCmd().exec().getSwarm()).getControlAvailable());
    if (manages) {
      client.listServicesCmd().exec().stream()
          .map(each -> tree(json, each))
          .map(each -> SwarmService.read(each, names))
          .sorted(Comparator.comparing(Imported::what))
          .forEach(imported::add);
    }
    return imported;
  }

  /** As the engine wrote it: docker-java keeps what it does not know. */
  private static Object tree(ObjectMapper json, Object value) {
    return json.convertValue(value, Map.class);
  }
}
