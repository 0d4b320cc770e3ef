package dev.weft.e2e.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.KubeletLab;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Pods start and end in waves on real kubelets while agents are killed. {@code -Dweft.pods=200}
 * sets their number.
 */
@Tag("kubelet")
@ExtendWith(InKubeletLab.class)
class PodChurnTest {
  private static final int PODS = Integer.getInteger("weft.pods", 30);
  private static final int WAVE = PODS <= 40 ? 10 : 20;
  private static final long SEED = Long.getLong("weft.pods.seed", 7);
  private static final Duration LONG = InKubeletLab.PATIENCE.multipliedBy(2);

  private final KubeletLab lab;
  private final Cluster cluster;

  PodChurnTest(KubeletLab lab) {
    this.lab = lab;
    this.cluster = new Cluster(lab.client());
  }

  @Test
  void podsThatComeAndGoWhileAgentsAreKilledLeakNothingAndLoseNoAddressInUse() {
    try (PodNetworks networks = PodNetworks.create(lab)) {
      try (KubeletPods pods = new KubeletPods(lab);
          AddressWatch watch = AddressWatch.start(lab)) {
        int kills = churn(pods);

        assertThat(watch.faults()).isEmpty();
        System.out.printf(
            "churn: %d pods in waves of %d, %d agents killed; %d late, %d refused at first; %s%n",
            PODS,
            WAVE,
            kills,
            pods.countEvents("NetworkAttachedLate"),
            pods.countEvents("NetworkNotAttached"),
            watch.summary());
      }
      networks.awaitNothingLeft();
      System.out.println(
          "churn: no device of a pod and no endpoint is left on " + lab.nodes().size() + " nodes");
    }
    System.out.println("churn: nodes are as they were before the networks");
  }

  /** Creates all pods in waves, keeps the last two waves, and waits until these are wired. */
  private int churn(KubeletPods pods) {
    List<List<String>> waves = new ArrayList<>();
    int kills;
    try (AgentKiller killer = AgentKiller.start(lab, SEED)) {
      for (int first = 0; first < PODS; first += WAVE) {
        waves.add(wave(pods, first));
        if (waves.size() > 2) {
          waves.removeFirst().forEach(pods::delete);
        }
        waves.getLast().forEach(pods::awaitRunning);
      }
      kills = killer.kills();
    }
    for (String name : waves.stream().flatMap(List::stream).toList()) {
      await(name + " is whole").atMost(LONG).until(() -> isWhole(name));
    }
    return kills;
  }

  private List<String> wave(KubeletPods pods, int first) {
    List<String> names = new ArrayList<>();
    for (int i = first; i < Math.min(PODS, first + WAVE); i++) {
      String name = "churn-" + i;
      pods.run(
          name,
          lab.nodes().get(i % lab.nodes().size()).name(),
          i % 2 == 0 ? PodNetworks.ALL : PodNetworks.BLUE,
          KubeletPods.STAY);
      names.add(name);
    }
    return names;
  }

  /** Whether the kernel and the API have the networks that a pod requests. */
  private boolean isWhole(String name) {
    int number = Integer.parseInt(name.substring(name.indexOf('-') + 1));
    Map<String, String> endpoints =
        PodNetworks.NAMES.stream()
            .flatMap(network -> cluster.endpoints(network).stream())
            .filter(each -> PodNetworks.isOf(each, name))
            .filter(PodNetworks::isReady)
            .collect(Collectors.toMap(PodNetworks::link, PodNetworks::address));
    String address =
        lab.client().pods().inNamespace("default").withName(name).get().getStatus().getPodIP();
    Map<String, String> held =
        SandboxAddresses.read(lab).stream()
            .filter(each -> each.pod().equals(address))
            .collect(Collectors.toMap(SandboxAddresses.Held::link, SandboxAddresses.Held::address));
    return held.size() == (number % 2 == 0 ? 2 : 1) && held.equals(endpoints);
  }
}
