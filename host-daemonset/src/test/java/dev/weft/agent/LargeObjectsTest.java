package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetworks;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.ServiceReference;
import dev.weft.api.SubnetBuilder;
import dev.weft.testkit.Door;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent's process with the heap of its image, on an API server full of objects of the maximum
 * size. The agent builds the networks and follows its node's pods.
 */
@NullUnmarked
@Tag("api-server")
class LargeObjectsTest {
  /** The options for the image in the module's pom.xml. */
  private static final String HEAP = "-Xmx128m";

  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir Path folder;
  private TestApiServer server;
  private KubernetesClient api;
  private AgentHost host;
  private Door door;
  private Process agent;
  private ContainerNetwork network;

  @BeforeEach
  void start() throws IOException {
    server = TestApiServer.start();
    assumeTrue(server.isReal(), "the embedded API server bounds no object");
    api = server.client();
    api.resource(new NamespaceBuilder().withNewMetadata().withName("other").endMetadata().build())
        .create();
    host = new AgentHost(server, "large");
    door = host.door();
    ContainerNetwork given =
        Given.network("red", "bridge", SubnetBuilder.builder().cidr("10.9.0.0/16").build());
    network = api.resource(given).create();
    network.setStatus(given.getStatus());
    network = api.resource(network).updateStatus();
    api.resource(HostNetworks.of(network, "n")).create();
  }

  @AfterEach
  void stop() throws Exception {
    if (door != null) {
      door.close();
    }
    if (host != null) {
      host.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @Test
  void slicesOfAMegabyteInAnyNamespaceTakeNothingFromIt() throws Exception {
    virtual("10.9.0.9", "web");
    for (int i = 0; i < 12; i++) {
      api.resource(slice("listed-" + i)).create();
    }

    run();
    goesOn("10.9.0.1");
    for (int i = 0; i < 40; i++) {
      api.resource(slice("watched-" + i)).create();
    }

    goesOn("10.9.0.2");
  }

  @Test
  void podsWithAllTheAnnotationsThatTheServerTakesTakeNothingFromIt() throws Exception {
    IntStream.range(0, 400)
        .parallel()
        .forEach(each ->
            api.resource(pod("p" + each, Map.of("example.com/notes", "x".repeat(250_000))))
                .create());

    run();

    goesOn("10.9.0.1");
  }

  @Test
  void endpointsWithAMegabyteOfLabelsTakeNothingFromIt() throws Exception {
    IntStream.range(0, 60)
        .parallel()
        .forEach(each -> api.resource(labelled("10.9.1." + each)).create());

    run();
    goesOn("10.9.0.1");
    for (int i = 60; i < 70; i++) {
      api.resource(labelled("10.9.1." + i)).create();
    }

    goesOn("10.9.0.2");
  }

  /** A pod bound to the node gets the address that it requests. */
  private void goesOn(String address) {
    String networks = "[{\"name\": \"red\", \"ips\": [\"%s\"]}]".formatted(address);
    Pod _ =
        api.resource(pod("asks-" + address, Map.of(Names.NETWORKS_ANNOTATION, networks))).create();
    await()
        .atMost(LONG)
        .untilAsserted(() -> {
          assertThat(agent.isAlive()).as(this::log).isTrue();
          assertThat(api.resources(NetworkEndpoint.class).withName("red." + address).get())
              .as(this::log)
              .isNotNull();
        });
  }

  private void run() throws IOException {
    agent =
        host.run(
            folder,
            HEAP,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError");
  }

  private String log() {
    try {
      String log = Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
      return log.substring(Math.max(0, log.length() - 3_000));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void virtual(String address, String service) {
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(
        new ObjectMetaBuilder()
            .withName("red." + address)
            .withLabels(Map.of(Names.NETWORK_LABEL, "red"))
            .build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network("red")
            .networkUid(network.getMetadata().getUid())
            .address(address + "/16")
            .service(new ServiceReference("default", service, null, null))
            .build());
    api.resource(endpoint).create();
  }

  /** Five hundred tasks of a hundred addresses each. */
  private EndpointSlice slice(String name) {
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("other")
        .addToLabels(Names.NETWORK_LABEL, "red")
        .addToLabels(Names.SERVICE_LABEL, name)
        .endMetadata()
        .withAddressType("IPv4")
        .withEndpoints(
            IntStream.range(0, 500)
                .mapToObj(task ->
                    new EndpointBuilder()
                        .withAddresses(
                            IntStream.range(0, 100)
                                .mapToObj(each -> "10.9.%d.%d".formatted(task % 250, each))
                                .toList())
                        .withNewConditions()
                        .withServing(true)
                        .endConditions()
                        .withHostname("h".repeat(60))
                        .build())
                .toList())
        .build();
  }

  private NetworkEndpoint labelled(String address) {
    NetworkEndpoint endpoint = Given.endpoint(network, "other", "o" + address, address + "/16");
    Map<String, String> labels = new HashMap<>(endpoint.getMetadata().getLabels());
    for (int i = 0; i < 1_500; i++) {
      labels.put("%s/%s%d".formatted("d".repeat(60) + ".x", "k".repeat(50), i), "v".repeat(63));
    }
    for (int i = 0; i < 1_000; i++) {
      labels.put("n%d.x/%s".formatted(i, "k".repeat(60)), "v".repeat(63));
    }
    endpoint.getMetadata().setLabels(labels);
    endpoint.getMetadata().setAnnotations(Map.of("example.com/notes", "x".repeat(250_000)));
    return endpoint;
  }

  private static Pod pod(String name, Map<String, String> annotations) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .withAnnotations(annotations)
        .endMetadata()
        .withNewSpec()
        .withNodeName("n")
        .addNewContainer()
        .withName("c")
        .withImage("i")
        .endContainer()
        .endSpec()
        .build();
  }
}
