package dev.weft.agent.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.reading.Reading;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.File;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Opens connections to the API server. */
public final class ApiClients {
  private static final int CONNECT_MILLIS = 3_000;
  private static final int REQUEST_MILLIS = 5_000;

  /** A server reads a page of the largest objects that there are for seconds before it answers. */
  private static final int LIST_MILLIS = 20_000;

  /** Doubled at most five times by the client: two seconds, however long a server was away. */
  private static final int WATCH_RECONNECT_MILLIS = 60;

  private ApiClients() {}

  /**
   * The configuration from a kubeconfig file, or else from where a pod or a user's shell has it.
   */
  public static Config config(Optional<File> kubeconfig) {
    Config config =
        kubeconfig.map(Config::fromKubeconfig).orElseGet(() -> Config.autoConfigure(null));
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setRequestTimeout(REQUEST_MILLIS);
    config.setRequestRetryBackoffLimit(0);
    config.setWatchReconnectInterval(WATCH_RECONNECT_MILLIS);
    return config;
  }

  /** A client that counts nothing but requests. */
  public static KubernetesClient open(Config config, Consumer<HttpRequest> requests) {
    return open(config, requests, _ -> {});
  }

  /**
   * A client that passes each request to {@code requests}, and reads as {@link Reading} does. Of a
   * pod it reads what {@link BoundPods} does.
   *
   * @param unreadable accepts the kind of each object that is unreadable in part
   */
  public static KubernetesClient open(
      Config config, Consumer<HttpRequest> requests, Consumer<String> unreadable) {
    ObjectMapper mapper = BoundPods.reading(new Reading(unreadable).mapper());
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new LivingConnectionsFactory())
        .withKubernetesSerialization(new KubernetesSerialization(mapper, true))
        .withTaskExecutor(Executors.newVirtualThreadPerTaskExecutor())
        .withHttpClientBuilderConsumer(builder ->
            builder
                .addOrReplaceInterceptor("weft-lists", Reading.lists())
                .addOrReplaceInterceptor(
                    "weft-requests",
                    new Interceptor() {
                      @Override
                      public void before(
                          BasicBuilder unused, HttpRequest request, RequestTags tags) {
                        requests.accept(request);
                      }
                    }))
        .build();
  }

  /** The same connections, for caches: nobody waits for an answer of theirs. */
  static KubernetesClient patient(KubernetesClient client) {
    RequestConfig config =
        new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
            .withRequestTimeout(LIST_MILLIS)
            .build();
    return client
        .adapt(NamespacedKubernetesClient.class)
        .withRequestConfig(config)
        .call(each -> each);
  }
}
