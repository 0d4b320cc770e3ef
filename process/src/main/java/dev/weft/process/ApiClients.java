package dev.weft.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.reading.Reading;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.function.Consumer;

/** Builds Kubernetes clients that survive outages and silent connections of the API server. */
public final class ApiClients {
  private static final int CONNECT_MILLIS = 3_000;

  /**
   * The client doubles it at most five times, so a watch reconnects within two seconds after any
   * outage.
   */
  private static final int WATCH_RECONNECT_MILLIS = 60;

  private ApiClients() {}

  /**
   * Configures the client to report failures at once and to reconnect watches within two seconds.
   *
   * <p>The process retries by itself; a client that also retries would block for a minute.
   */
  public static Config prompt(Config config) {
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setRequestRetryBackoffLimit(0);
    config.setWatchReconnectInterval(WATCH_RECONNECT_MILLIS);
    return config;
  }

  /**
   * Builder of clients that read objects with {@code mapper} and drop unread fields from lists.
   *
   * @param http configures the HTTP client further
   */
  public static KubernetesClientBuilder builder(
      Config config, ObjectMapper mapper, Consumer<HttpClient.Builder> http) {
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new LivingConnectionsFactory())
        .withKubernetesSerialization(new KubernetesSerialization(mapper, true))
        .withHttpClientBuilderConsumer(
            builder -> http.accept(builder.addOrReplaceInterceptor("weft-lists", Reading.lists())));
  }
}
