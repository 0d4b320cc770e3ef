package dev.weft.agent.nri;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Attachments;
import dev.weft.api.InvalidAttachments;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/**
 * Bytes and annotations that are malformed: some are random, most are real ones with a few bytes
 * changed, cut off or repeated. {@code -Dweft.fuzz=1000000} is the long form.
 */
@NullUnmarked
class HostileBytesTest {
  private static final int INPUTS = Integer.getInteger("weft.fuzz", 20_000);
  private static final long SEED = Long.getLong("weft.fuzz.seed", 7L);
  private static final long MOST_BYTES = 64L << 20;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);

  /** Accepts every call and stores nothing. */
  private static final class Deaf implements Plugin {
    @Override
    public List<Integer> configure(String runtime, Duration patience) {
      return List.of(RUN_POD_SANDBOX);
    }

    @Override
    public void synchronize(List<PodSandbox> sandboxes) {}

    @Override
    public Optional<String> changed(int event, PodSandbox sandbox) {
      return NamespaceFiles.find(sandbox).map(Object::toString);
    }
  }

  @Test
  void anyTrunkIsReadOrRefused() {
    List<byte[]> seeds = seeds();
    long used = used();
    for (int i = 0; i < INPUTS; i++) {
      PluginCalls calls = new PluginCalls(new Deaf());
      try {
        new Trunk()
            .take(
                ByteBuffer.wrap(changed(seeds)),
                new Trunk.Receiver() {
                  @Override
                  public void called(Message request) {
                    assertThat(calls.answer(request).stream()).isEqualTo(request.stream());
                  }

                  @Override
                  public void answered(Message response) throws MalformedMessage {
                    Optional<String> _ = PluginCalls.refusal(response);
                  }
                });
      } catch (IOException e) {
        assertThat(e).isInstanceOf(MalformedMessage.class).hasMessageMatching("(?s).{1,300}");
      }
    }
    assertThat(used() - used).isLessThan(MOST_BYTES);
  }

  @Test
  void anyCallIsAnswered() {
    List<byte[]> seeds = bodies();
    long used = used();
    PluginCalls calls = new PluginCalls(new Deaf());
    for (int i = 0; i < INPUTS; i++) {
      Message answer = calls.answer(new Message(i, Message.REQUEST, changed(seeds)));
      assertThat(answer.type()).isEqualTo(Message.RESPONSE);
    }
    assertThat(used() - used).isLessThan(MOST_BYTES);
  }

  @Test
  void anyAnnotationIsReadOrRefusedWithItsPlace() {
    List<byte[]> seeds = new ArrayList<>();
    for (String text :
        List.of(
            "blue, lan@eth5",
            "[{\"name\":\"blue\",\"interface\":\"eth5\",\"ips\":[\"10.0.0.7\",\"fd00::7\"],"
                + "\"mac\":\"02:42:0a:00:00:07\",\"defaultRoute\":true},{\"name\":\"lan\"}]",
            "[{\"name\":\"\\u00e4\\ud83d\\ude00\"}]")) {
      seeds.add(text.getBytes(StandardCharsets.UTF_8));
    }
    long used = used();
    for (int i = 0; i < INPUTS; i++) {
      String text = new String(changed(seeds), StandardCharsets.UTF_8);
      try {
        assertThat(Attachments.parse(text)).hasSizeLessThanOrEqualTo(Attachments.MOST);
      } catch (InvalidAttachments e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    assertThat(used() - used).isLessThan(MOST_BYTES);
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (byte[] body : bodies()) {
      seeds.add(Trunk.framed(Trunk.PLUGIN, new Message(1, Message.REQUEST, body)).array());
      seeds.add(Trunk.framed(Trunk.RUNTIME, new Message(1, Message.RESPONSE, body)).array());
    }
    return seeds;
  }

  private static List<byte[]> bodies() {
    FieldWriter pod = FakeRuntime.pod("a", "blue, lan@eth5", "/var/run/netns/cni-1");
    List<byte[]> bodies = new ArrayList<>();
    bodies.add(call("Configure", new FieldWriter().text(2, "r").text(3, "1").number(5, 2000)));
    bodies.add(call("Synchronize", new FieldWriter().message(1, pod).message(1, pod).number(3, 1)));
    bodies.add(call("StateChange", new FieldWriter().number(1, 1).message(2, pod)));
    bodies.add(call("Shutdown", new FieldWriter()));
    return bodies;
  }

  private static byte[] call(String method, FieldWriter payload) {
    return new FieldWriter()
        .text(1, "nri.pkg.api.v1alpha1.Plugin")
        .text(2, method)
        .message(3, payload)
        .encoded();
  }

  private byte[] changed(List<byte[]> seeds) {
    if (random.nextInt(8) == 0) {
      byte[] noise = new byte[random.nextInt(512)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
    for (int changes = random.nextInt(6); changes > 0; changes--) {
      switch (random.nextInt(4)) {
        case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        case 1 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = java.util.Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
        default -> {
          byte[] twice = java.util.Arrays.copyOf(bytes, 2 * bytes.length);
          System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
          bytes = twice.length > 1 << 16 ? bytes : twice;
        }
      }
    }
    return bytes;
  }
}
