package dev.weft.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.e2e.manifests.AdmissionPolicy;
import dev.weft.e2e.net.SteadyPing;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The token of weft-1's agent in the hands of somebody else, who tries each write that RBAC lets
 * through. What is left to the admission policy is put to the policy, and to the server too where
 * it knows policies. Everything else is written, and changes nothing in the kernel of another node,
 * in its pods' sandboxes or in the balancing of a service.
 */
@Tag("api-server")
@ExtendWith(InBed.class)
class StolenTokenTest {
  private static final String INSTALL = "install.yaml";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> NODES = List.of("weft-2", "weft-3");
  private static final List<String> PODS = List.of("blue-2", "blue-3", "red-2", "lan-2", "shop-1");
  private static final AtomicInteger MARKERS = new AtomicInteger();

  private final InBed.Current current;

  StolenTokenTest(InBed.Current current) {
    this.current = current;
  }

  static Stream<Write> writes() {
    String only = System.getProperty("weft.stolen", "all");
    return Writes.all().stream().filter(each -> only.equals("all") || each.what().contains(only));
  }

  @Test
  void everyRightToWriteIsTried() throws IOException {
    Set<String> rights = new TreeSet<>();
    for (JsonNode role : documents()) {
      if (role.path("kind").asText().endsWith("Role")
          && role.at("/metadata/name").asText().equals("weft-agent")) {
        for (JsonNode rule : role.path("rules")) {
          for (JsonNode verb : rule.path("verbs")) {
            if (!Set.of("get", "list", "watch").contains(verb.asText())) {
              rule.path("resources")
                  .forEach(each -> rights.add(verb.asText() + " " + each.asText()));
            }
          }
        }
      }
    }

    assertThat(rights).isNotEmpty();
    assertThat(Writes.all().stream().map(Write::right)).containsAll(rights);
  }

  @EnabledIfSystemProperty(
      named = "weft.stolen",
      matches = ".+",
      disabledReason = "a hundred writes in a lab of three nodes: -Dweft.stolen=all makes them")
  @ParameterizedTest(name = "{0}")
  @MethodSource("writes")
  void changesNothingOfAnotherNodeOrOfAService(Write write) throws Exception {
    Bed bed = current.get();
    assumeTrue(bed.lab().controlPlane().isReal(), "the embedded API server knows no rights");
    boolean sound = false;
    try (Thief thief = new Thief(bed)) {
      var old = bed.lab().client().v1().events().inNamespace("default").withName("stolen.0");
      if (old.get() == null) {
        bed.lab().client().resource(event()).create();
      }
      if (write.guard() == Write.Guard.POLICY) {
        sound = true;
        assertThat(policy().refusals(thief.review(write))).as("refusals").isNotEmpty();
        if (hasPolicies(bed)) {
          sound = false;
          assertThat(refusal(thief, write)).isNotNull();
          sound = true;
        }
        return;
      }
      GenericKubernetesResource before = thief.now(write);
      KernelState then = settled(bed);
      List<String> harms = new ArrayList<>();
      try (SteadyPing ping =
          SteadyPing.start(bed.sandbox("blue-2"), bed.address("blue-3"), Duration.ofSeconds(3))) {
        ping.awaitAnswer();
        String refusal = refusal(thief, write);
        if (refusal != null) {
          System.out.printf("%s: refused: %.200s%n", write, refusal);
        } else {
          try {
            harms.addAll(mark(bed));
            harms.addAll(state(bed).differences(then, nobodysMatter(bed, write)));
          } finally {
            thief.restore(write, before);
          }
        }
        ping.awaitMore(20);
        int lost = ping.stop();
        if (lost > 0) {
          harms.add("%d of %d pings are lost".formatted(lost, ping.sent()));
        }
      }
      System.out.printf("%s: %s%n", write, harms.isEmpty() ? "no harm" : harms);
      await("everything as it was")
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(state(bed).differences(then, _ -> false)).isEmpty());
      sound = true;
      assertThat(harms).isEmpty();
    } finally {
      if (!sound) {
        current.spoil();
      }
    }
  }

  /**
   * A pod of another node comes and goes: what was written before has been seen by then, and
   * attaching works.
   */
  private static List<String> mark(Bed bed) {
    String marker = "marker-" + MARKERS.incrementAndGet();
    try {
      bed.pod(marker, "weft-2", "blue, red");
      await("a new pod of another node")
          .atMost(PATIENCE)
          .until(() -> bed.cluster().isRunning(marker));
      String mac = bed.mac(marker, "blue").toString();
      await("its peers know it").atMost(PATIENCE).until(() -> mentions(bed, mac));
      bed.remove(marker, PATIENCE);
      await("its peers forget it").atMost(PATIENCE).until(() -> !mentions(bed, mac));
      return List.of();
    } catch (org.awaitility.core.ConditionTimeoutException e) {
      return List.of("a new pod is not attached: " + e.getMessage());
    }
  }

  private static boolean mentions(Bed bed, String mac) {
    return KernelState.of(bed, List.of("weft-3"), List.of()).lines().values().stream()
        .flatMap(List::stream)
        .anyMatch(line -> line.contains(mac));
  }

  private static KernelState state(Bed bed) {
    return KernelState.of(bed, NODES, PODS);
  }

  private static KernelState settled(Bed bed) {
    KernelState[] last = {state(bed)};
    await("nothing changes")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> {
          KernelState now = state(bed);
          boolean same = now.equals(last[0]);
          last[0] = now;
          return same;
        });
    return last[0];
  }

  /** The thief's node and its pods are its to lie about, as far as no victim is named with them. */
  private static Predicate<String> nobodysMatter(Bed bed, Write write) {
    List<String> others = new ArrayList<>(List.of(bed.virtual().orElseThrow().getHostAddress()));
    List<String> own = new ArrayList<>(List.of("192.168.77.11"));
    for (String pod : List.of("blue-2", "blue-3", "shop-1")) {
      others.add(bed.prefix(pod, "blue", true).address().getHostAddress());
      others.add(bed.mac(pod, "blue").toString());
    }
    for (String pod : List.of("blue-1", "red-1", "lan-1")) {
      own.add(bed.address(pod).getHostAddress());
      own.add(bed.mac(pod).toString());
    }
    Predicate<String> victims = any(others);
    Predicate<String> thiefs = any(own);
    Predicate<String> added =
        write.own().isEmpty() ? _ -> false : Pattern.compile(write.own()).asPredicate();
    return line -> !victims.test(line) && (thiefs.test(line) || added.test(line));
  }

  private static Predicate<String> any(List<String> words) {
    return Pattern.compile(
            words.stream()
                .map(each -> "(?<![0-9a-f:.])" + Pattern.quote(each) + "(?![0-9a-f:.])")
                .collect(java.util.stream.Collectors.joining("|")))
        .asPredicate();
  }

  /** What the server says against it; null: nothing. */
  private static @Nullable String refusal(Thief thief, Write write) {
    try {
      thief.write(write);
      return null;
    } catch (KubernetesClientException refused) {
      assertThat(refused.getCode()).as(refused.getMessage()).isBetween(400, 499);
      return refused.getMessage();
    }
  }

  private static boolean hasPolicies(Bed bed) {
    APIResourceList served = bed.lab().client().getApiResources("admissionregistration.k8s.io/v1");
    return served != null
        && served.getResources().stream()
            .anyMatch(each -> each.getKind().equals("ValidatingAdmissionPolicy"));
  }

  private static io.fabric8.kubernetes.api.model.Event event() {
    return new EventBuilder()
        .withNewMetadata()
        .withName("stolen.0")
        .withNamespace("default")
        .endMetadata()
        .withNewInvolvedObject()
        .withKind("ContainerNetwork")
        .withName("blue")
        .withNamespace("default")
        .endInvolvedObject()
        .withReason("Whatever")
        .withMessage("of another")
        .build();
  }

  private static AdmissionPolicy policy() throws IOException {
    return new AdmissionPolicy(
        documents().stream()
            .filter(each -> each.path("kind").asText().equals("ValidatingAdmissionPolicy"))
            .filter(each -> each.at("/metadata/name").asText().equals("weft-agent-own-node"))
            .findFirst()
            .orElseThrow());
  }

  private static List<JsonNode> documents() throws IOException {
    KubernetesSerialization yaml = new KubernetesSerialization();
    return Pattern.compile("(?m)^---$")
        .splitAsStream(Files.readString(Bed.MANIFESTS.resolve(INSTALL)))
        .filter(each -> !each.isBlank())
        .map(each -> yaml.unmarshal(each, JsonNode.class))
        .toList();
  }
}
