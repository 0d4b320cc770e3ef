package dev.weft.e2e.lab;

import dev.weft.api.Names;
import dev.weft.testkit.control.ControlPlane;
import dev.weft.testkit.control.Kubeconfig;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;

/**
 * Identities of the lab's operator and agents for a real API server: the ServiceAccounts of the
 * shipped manifests. Each agent has a token bound to its pod, as the kubelet mounts it. The
 * embedded API server has no users and grants everyone all rights.
 */
final class Accounts implements AutoCloseable {
  private static final String OPERATOR = "weft-operator";
  private static final String AGENT = "weft-agent";
  private static final long LIFETIME_SECONDS = Duration.ofHours(24).toSeconds();

  private final ControlPlane controlPlane;
  private final KubernetesClient client;

  Accounts(ControlPlane controlPlane, KubernetesClient client) {
    this.controlPlane = controlPlane;
    this.client = client;
  }

  /** Kubeconfig of the operator. */
  Kubeconfig operator() {
    return controlPlane.isReal()
        ? as(OPERATOR, new TokenRequestBuilder().withNewSpec().endSpec().build())
        : controlPlane.kubeconfig();
  }

  /** Kubeconfig of the agent of a registered node. */
  Kubeconfig agent(String node) {
    if (!controlPlane.isReal()) {
      return controlPlane.kubeconfig();
    }
    Pod pod = client.pods().resource(pod(node)).create();
    return as(
        AGENT,
        new TokenRequestBuilder()
            .withNewSpec()
            .withNewBoundObjectRef()
            .withApiVersion("v1")
            .withKind("Pod")
            .withName(pod.getMetadata().getName())
            .withUid(pod.getMetadata().getUid())
            .endBoundObjectRef()
            .endSpec()
            .build());
  }

  private Kubeconfig as(String account, TokenRequest request) {
    request.getSpec().setExpirationSeconds(LIFETIME_SECONDS);
    TokenRequest answer =
        client
            .serviceAccounts()
            .inNamespace(Names.NAMESPACE)
            .withName(account)
            .tokenRequest(request);
    return controlPlane.kubeconfig().as(answer.getStatus().getToken());
  }

  private static Pod pod(String node) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(AGENT + "-" + node)
        .withNamespace(Names.NAMESPACE)
        .addToLabels("app.kubernetes.io/name", AGENT)
        .endMetadata()
        .withNewSpec()
        .withNodeName(node)
        .withServiceAccountName(AGENT)
        .withHostNetwork(true)
        .addNewContainer()
        .withName("agent")
        .withImage(KubeletLab.IMAGE)
        .withImagePullPolicy("Never")
        .withCommand("sleep", "1000000")
        .endContainer()
        .endSpec()
        .build();
  }

  /** Removes the agents' pods. */
  @Override
  public void close() {
    client
        .pods()
        .inNamespace(Names.NAMESPACE)
        .withLabel("app.kubernetes.io/name", AGENT)
        .withGracePeriod(0)
        .delete();
  }
}
