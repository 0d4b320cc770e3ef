package dev.weft.agent.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.reading.Reading;
import dev.weft.process.ApiClients;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Opens the agent's connections to the API server. */
public final class AgentClients {
  private static final int REQUEST_MILLIS = 5_000;

  /** A server may take seconds to read a page of the largest objects before it answers. */
  private static final int LIST_MILLIS = 20_000;

  private AgentClients() {}

  /** Configures a client that answers or fails while a sandbox waits. */
  public static Config prompt(Config config) {
    config.setRequestTimeout(REQUEST_MILLIS);
    return ApiClients.prompt(config);
  }

  /** A client that only counts requests. */
  public static KubernetesClient open(Config config, Consumer<HttpRequest> requests) {
    return open(config, requests, _ -> {});
  }

  /**
   * A client that passes each request to {@code requests} and decodes as {@link Reading} does. It
   * decodes only the parts of a pod that {@link BoundPods} uses.
   *
   * @param unreadable accepts the kind of each partly unreadable object
   */
  public static KubernetesClient open(
      Config config, Consumer<HttpRequest> requests, Consumer<String> unreadable) {
    ObjectMapper mapper = BoundPods.reading(new Reading(unreadable).mapper());
    return ApiClients.builder(
            config,
            mapper,
            http ->
                http.addOrReplaceInterceptor(
                    "weft-requests",
                    new Interceptor() {
                      @Override
                      public void before(
                          BasicBuilder unused, HttpRequest request, RequestTags tags) {
                        requests.accept(request);
                      }
                    }))
        .withTaskExecutor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }

  /** The same connections with a longer timeout, for caches: no sandbox waits for them. */
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
