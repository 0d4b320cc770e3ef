package dev.weft.api.reading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Attachments;
import dev.weft.api.schema.Foreign;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ListSieveTest {
  private static final KubernetesSerialization JSON =
      new KubernetesSerialization(new Reading(_ -> {}).mapper(), true);

  @Property(tries = 50)
  void aListIsReadAsIfItHadBeenReceivedWhole(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    Foreign foreign = new Foreign(random);
    for (String kind : Foreign.kinds()) {
      String items =
          IntStream.range(0, 3)
              .mapToObj(each -> foreign.object(kind, "default", "o" + each).toString())
              .collect(Collectors.joining(","));
      String apiVersion = foreign.object(kind, "default", "x").path("apiVersion").asText();
      String list =
          "{\"apiVersion\":\"%s\",\"items\":[%s],\"kind\":\"%sList\","
              .concat("\"metadata\":{\"continue\":\"c\",\"resourceVersion\":\"7\"}}")
              .formatted(apiVersion, items, kind);

      KubernetesResourceList<?> whole = JSON.unmarshal(list);
      KubernetesResourceList<?> sifted =
          JSON.unmarshal(received(plural(kind), list, 1 + random.nextInt(300)));

      assertThat(sifted.getMetadata()).isEqualTo(whole.getMetadata());
      assertThat(sifted.getItems()).hasSize(3);
      assertThat(sifted.getItems()).isEqualTo(whole.getItems());
      assertThat(sifted.getItems())
          .extracting(each -> ((HasMetadata) each).getMetadata().getName())
          .containsExactly("o0", "o1", "o2");
    }
  }

  @Example
  void unreadFieldsAreNotReceived() throws Exception {
    String pod =
        "{\"metadata\":{\"name\":\"p\",\"labels\":{\"weft.dev/service\":\"shop\",\"x\":\"%s\"},"
                .formatted("l".repeat(90_000))
            + "\"annotations\":{\"notes\":\"%s\",\"weft.dev/networks\":\"%s\"}},"
                .formatted("n".repeat(90_000), "a".repeat(90_000))
            + "\"spec\":{\"nodeName\":\"n\",\"containers\":[{\"name\":\"%s\"}]}}"
                .formatted("c".repeat(90_000));

    String sifted = received("pods", "{\"kind\":\"PodList\",\"items\":[" + pod + "]}", 4096);

    assertThat(sifted).hasSizeLessThan(Attachments.LONGEST + 300);
    assertThat(JSON.unmarshal(sifted, PodList.class).getItems())
        .singleElement()
        .satisfies(each -> {
          assertThat(each.getSpec().getNodeName()).isEqualTo("n");
          assertThat(each.getMetadata().getLabels()).containsOnlyKeys("weft.dev/service");
          assertThat(each.getMetadata().getAnnotations().get("weft.dev/networks"))
              .hasSize(Attachments.LONGEST + 1);
        });
  }

  @Example
  void anAnswerThatIsNoListPassesAsItIs() throws Exception {
    for (String answer : List.of("404 page not found", "<html>", "", "{\"kind\":\"Status\"}")) {
      assertThat(received("pods", answer, 3)).isEqualTo(answer);
    }
  }

  private static String plural(String kind) {
    return kind.toLowerCase(Locale.ROOT) + "s";
  }

  /** What a client receives of an answer that arrives in parts. */
  private static String received(String plural, String answer, int bytes) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    HttpRequest request =
        new StandardHttpRequest.Builder()
            .uri("https://server/api/v1/" + plural + "?limit=500")
            .build();
    AsyncBody.Consumer<List<ByteBuffer>> client =
        Reading.lists()
            .consumer(
                (parts, _) ->
                    parts.forEach(each -> {
                      byte[] part = new byte[each.remaining()];
                      each.get(part);
                      all.writeBytes(part);
                    }),
                request);
    byte[] whole = answer.getBytes(UTF_8);
    List<ByteBuffer> parts = new ArrayList<>();
    for (int at = 0; at < whole.length; at += bytes) {
      parts.add(ByteBuffer.wrap(whole, at, Math.min(bytes, whole.length - at)).slice());
    }
    for (ByteBuffer each : parts) {
      client.consume(List.of(each), NOTHING);
    }
    return all.toString(UTF_8);
  }

  private static final AsyncBody NOTHING =
      new AsyncBody() {
        @Override
        public void consume() {}

        @Override
        public CompletableFuture<Void> done() {
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public void cancel() {}
      };
}
