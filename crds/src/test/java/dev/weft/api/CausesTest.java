package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class CausesTest {
  @Test
  void repeatsTheInnermostFailuresMessage() {
    assertThat(Causes.of(failed(new IOException(new ConnectException("Connection refused")))))
        .isEqualTo("Connection refused");
  }

  @Test
  void namesAFailureWithoutAMessage() {
    Throwable silent = new ConnectException(null);
    silent.initCause(new ClosedChannelException());
    assertThat(Causes.of(failed(silent))).isEqualTo("ClosedChannelException");
  }

  @Test
  void repeatsTheApiServersMessage() {
    assertThat(Causes.of(new KubernetesClientException("pods is forbidden")))
        .isEqualTo("pods is forbidden");
  }

  private static KubernetesClientException failed(Throwable cause) {
    return new KubernetesClientException(
        "Operation: [list]  for kind: [Pod]  with name: [null]  in namespace: [null]  failed.",
        cause);
  }
}
