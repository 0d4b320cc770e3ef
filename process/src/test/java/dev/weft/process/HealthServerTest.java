package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthServerTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @Test
  void aProcessThatNeedsARestartIsUnhealthyAndSaysWhy() throws Exception {
    var answers =
        new HealthServer.Answers(
            () -> List.of("the thread weft-drift has ended"), List::of, () -> "", () -> "");

    assertThat(ask(answers, "/healthz")).isEqualTo("503 the thread weft-drift has ended");
    assertThat(ask(answers, "/readyz")).isEqualTo("200 ok");
  }

  @Test
  void aProcessThatWaitsIsHealthyAndNotReadyAndSaysWhy() throws Exception {
    var answers =
        new HealthServer.Answers(
            List::of, () -> List.of("the first pass is not done"), () -> "it leads", () -> "");

    assertThat(ask(answers, "/healthz")).isEqualTo("200 ok");
    assertThat(ask(answers, "/readyz")).isEqualTo("503 the first pass is not done\nit leads");
  }

  private static String ask(HealthServer.Answers answers, String path)
      throws IOException, InterruptedException {
    try (HealthServer server = HealthServer.start(ANY_PORT, answers);
        HttpClient http = HttpClient.newHttpClient()) {
      URI address = URI.create("http://127.0.0.1:%d%s".formatted(server.address().getPort(), path));
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body().strip();
    }
  }
}
