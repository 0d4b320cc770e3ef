package dev.weft.operator.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.weft.api.Cidr;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers of newer API servers than that of the other tests. */
class ServiceRangesTest {
  private static final String GROUP =
      """
      {"kind": "APIGroup", "apiVersion": "v1", "name": "networking.k8s.io",
       "versions": [{"groupVersion": "networking.k8s.io/v1", "version": "v1"},
                    {"groupVersion": "networking.k8s.io/v1beta1", "version": "v1beta1"}]}
      """;
  private static final String INGRESSES =
      """
      {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "networking.k8s.io/v1",
       "resources": [{"name": "ingresses", "kind": "Ingress", "namespaced": true, "verbs": []}]}
      """;
  private static final String SERVICE_CIDRS = INGRESSES.replace("ingresses", "servicecidrs");
  private static final String NONE =
      """
      {"kind": "ServiceCIDRList", "apiVersion": "networking.k8s.io/v1beta1", "items": []}
      """;

  private record Answer(int code, String body) {}

  private final Map<String, Answer> answers = new HashMap<>();
  private HttpServer server;
  private KubernetesClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          Answer answer =
              answers.getOrDefault(exchange.getRequestURI().getPath(), new Answer(404, "{}"));
          byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(answer.code(), body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder()
                    .withAutoConfigure(false)
                    .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void theFirstVersionThatIsServedIsWatched() {
    serve("/apis/networking.k8s.io", GROUP);
    serve("/apis/networking.k8s.io/v1", INGRESSES);
    serve("/apis/networking.k8s.io/v1beta1", SERVICE_CIDRS);
    serve("/apis/networking.k8s.io/v1beta1/servicecidrs", NONE);

    assertThat(kind())
        .contains(new GroupVersionKind("networking.k8s.io", "v1beta1", "ServiceCIDR"));
  }

  @Test
  void anApiServerWithoutServiceCidrsIsAskedAnotherWay() {
    serve("/apis/networking.k8s.io", GROUP);
    serve("/apis/networking.k8s.io/v1", INGRESSES);

    assertThat(kind()).isEmpty();
  }

  @Test
  void anOperatorStartsWithTheRoleOfAnEarlierVersion() {
    serve("/apis/networking.k8s.io", GROUP);
    serve("/apis/networking.k8s.io/v1", SERVICE_CIDRS);
    answers.put("/apis/networking.k8s.io/v1/servicecidrs", new Answer(403, "{}"));

    assertThat(kind()).isEmpty();
  }

  @Test
  void anotherReasonToRefuseLeavesTheAddressesOfTheApiServersOwnService() {
    answers.put(
        "/api/v1/namespaces/weft-system/services",
        new Answer(
            400,
            """
            {"kind": "Status", "status": "Failure", "code": 400,
             "message": "admission webhook does not support dry run"}
            """));
    serve(
        "/api/v1/namespaces/default/services/kubernetes",
        """
        {"kind": "Service", "apiVersion": "v1", "metadata": {"name": "kubernetes"},
         "spec": {"clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1", "fd00::1"]}}
        """);

    assertThat(new ServiceRanges(client, "weft-system").asked())
        .containsExactly(Cidr.parse("10.96.0.1/32"), Cidr.parse("fd00::1/128"));
  }

  @Test
  void aRefusalNamesTheRange() {
    answers.put(
        "/api/v1/namespaces/weft-system/services",
        new Answer(
            422,
            """
            {"kind": "Status", "status": "Failure", "code": 422, "reason": "Invalid",
             "message": "Service \\"weft-service-range\\" is invalid: spec.clusterIPs: Invalid value: [\\"192.0.2.1\\"]: failed to allocate IP 192.0.2.1: the provided IP (192.0.2.1) is not in the valid range. The range of valid IPs is 10.96.0.0/12"}
            """));

    assertThat(new ServiceRanges(client, "weft-system").asked())
        .containsExactly(Cidr.parse("10.96.0.0/12"));
  }

  @Test
  void aServiceCidrMayHoldAnything() {
    assertThat(
            ServiceRanges.of(
                Stream.of(
                        "{}",
                        "{spec: {cidrs: 7}}",
                        "{spec: {cidrs: [rubbish, 10.96.0.0/12, 'fd00::/112']}}",
                        "{spec: {cidrs: [10.96.0.0/12]}}")
                    .map(text ->
                        Serialization.unmarshal(
                            "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\n"
                                + text.substring(1, text.length() - 1),
                            GenericKubernetesResource.class))))
        .containsExactly(Cidr.parse("10.96.0.0/12"), Cidr.parse("fd00::/112"));
  }

  private Optional<GroupVersionKind> kind() {
    return new ServiceRanges(client, "weft-system").kind();
  }

  private void serve(String path, String body) {
    answers.put(path, new Answer(200, body));
  }
}
