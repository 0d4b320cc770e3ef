package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Objects that a test creates in a lab's API. Closing it deletes first the pods, then the networks.
 */
final class Made implements AutoCloseable {
  private final Lab lab;
  private final List<HasMetadata> objects = new ArrayList<>();

  Made(Lab lab) {
    this.lab = lab;
  }

  void network(String name, String spec) {
    apply(
        """
        apiVersion: weft.dev/v1alpha1
        kind: ContainerNetwork
        metadata:
          name: %s
        spec:
        %s
        """
            .formatted(name, spec.indent(2)));
  }

  void pod(String name, String node, String networks) {
    apply(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
          annotations:
            weft.dev/networks: '%s'
        spec:
          nodeName: %s
          containers:
          - name: shell
            image: busybox
        """
            .formatted(name, networks, node));
  }

  void runningPod(String name, String node, String networks) {
    pod(name, node, networks);
    InLab.awaitRunning(new Cluster(lab.client()), name);
  }

  Pod pod(Pod pod) {
    Pod created = lab.client().resource(pod).create();
    objects.addFirst(created);
    return created;
  }

  void apply(String yaml) {
    for (HasMetadata object :
        lab.client()
            .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
            .items()) {
      objects.addFirst(lab.client().resource(object).createOr(each -> each.patch()));
    }
  }

  @Override
  public void close() {
    for (HasMetadata object : objects) {
      lab.client().resource(object).delete();
      await(object.getKind() + " " + object.getMetadata().getName() + " is gone")
          .atMost(InLab.PATIENCE)
          .untilAsserted(() -> assertThat(lab.client().resource(object).get()).isNull());
    }
  }
}
