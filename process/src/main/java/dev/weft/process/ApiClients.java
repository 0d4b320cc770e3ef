package dev.weft.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.reading.Reading;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.function.Consumer;

/** Makes clients of a process that outlives its API server. */
public final class ApiClients {
  private static final int CONNECT_MILLIS = 3_000;

  /** The client doubles it at most five times: two seconds, however long a server was away. */
  private static final int WATCH_RECONNECT_MILLIS = 60;

  private ApiClients() {}

  /**
   * Sets what fails to be reported at once, and watches to return within two seconds.
   *
   * <p>The process tries again by itself; a client that does it too would wait for a minute.
   */
  public static Config prompt(Config config) {
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setRequestRetryBackoffLimit(0);
    config.setWatchReconnectInterval(WATCH_RECONNECT_MILLIS);
    return config;
  }

  /**
   * A builder of clients that read objects with {@code mapper}, and lists in pages.
   *
   * @param http sets what else the HTTP client needs
   */
  public static KubernetesClientBuilder builder(
      Config config, ObjectMapper mapper, Consumer<HttpClient.Builder> http) {
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withKubernetesSerialization(new KubernetesSerialization(mapper, true))
        .withHttpClientBuilderConsumer(
            builder -> http.accept(builder.addOrReplaceInterceptor("weft-lists", Reading.lists())));
  }
}
