package dev.weft.e2e.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.e2e.lab.KubeletLab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Checks the lab itself. */
@Tag("kubelet")
@ExtendWith(InKubeletLab.class)
class KubeletLabTest {
  private final KubeletPods pods;

  KubeletLabTest(KubeletLab lab) {
    pods = new KubeletPods(lab);
  }

  @AfterEach
  void removePods() {
    pods.close();
  }

  @Test
  void aPodRunsOnTheNodeThatItNamesAndCommandsRunInIt() {
    pods.run("plain", "node2", "", "hostname; " + KubeletPods.STAY);
    pods.awaitRunning("plain");

    assertThat(pods.log("plain")).isEqualTo("plain\n");
    assertThat(pods.exec("plain", "ip", "-o", "link").orFail()).contains("eth0");
    assertThat(pods.exec("plain", "false").status()).isEqualTo(1);
  }
}
