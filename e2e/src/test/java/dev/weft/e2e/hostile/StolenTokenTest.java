package dev.weft.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.manifests.AdmissionPolicy;
import dev.weft.e2e.net.SteadyPing;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.StatusDetails;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("api-server")
@ExtendWith(InBed.class)
class StolenTokenTest extends StolenTokens {
  private final InBed.Current current;

  StolenTokenTest(InBed.Current current) {
    this.current = current;
  }

  @BeforeAll
  static void needsRights() {
    assumeTrue(
        Stream.of("KUBEBUILDER_ASSETS", "WEFT_KUBERNETES").anyMatch(System.getenv()::containsKey),
        "the embedded API server knows no rights: KUBEBUILDER_ASSETS names no real one");
  }

  private static Stream<Write> writes(Write.Guard guard) {
    String only = System.getProperty("weft.stolen", "all");
    return Writes.all().stream()
        .filter(each -> each.guard() == guard)
        .filter(each -> only.equals("all") || each.what().contains(only));
  }

  static List<Round> rounds() {
    return Round.of(writes(Write.Guard.PROGRAMS).toList());
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

  @Test
  void thePolicyRefusesWhatIsOfAnotherNode() throws Exception {
    Bed bed = current.get();
    AdmissionPolicy policy = policy();
    boolean asked = hasPolicies(bed);
    List<Write> passed = new ArrayList<>();
    try (Thief thief = new Thief(bed)) {
      writes(Write.Guard.POLICY)
          .filter(each ->
              policy.refusals(thief.review(each)).isEmpty()
                  || (asked && thief.write(each).isEmpty()))
          .forEach(passed::add);
    }
    assertThat(passed).isEmpty();
  }

  @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
  @MethodSource("rounds")
  void changesNothingOfAnotherNodeOrOfAService(Round round) throws Exception {
    Bed bed = current.get();
    boolean sound = false;
    try (Thief thief = new Thief(bed)) {
      provide(bed);
      Map<Write, Optional<GenericKubernetesResource>> before =
          round.writes().parallelStream()
              .collect(
                  Collectors.toMap(each -> each, each -> Optional.ofNullable(thief.now(each))));
      KernelState then = settled(bed);
      Predicate<String> victims = victims(bed);
      Predicate<String> added =
          round.writes().stream().map(thief::own).reduce(_ -> false, Predicate::or);
      Set<String> own = new TreeSet<>(Set.of("192.168.77.11"));
      Predicate<String> _ = nobodysMatter(bed, added, victims, own);
      List<String> harms = new ArrayList<>();
      List<String> through = new ArrayList<>();
      try (SteadyPing ping =
          SteadyPing.start(bed.sandbox("blue-2"), bed.address("blue-3"), Duration.ofSeconds(3))) {
        ping.awaitAnswer();
        try {
          for (Write write : round.writes()) {
            Optional<String> refusal = thief.write(write);
            String answer = refusal.map(StolenTokenTest::brief).orElse("written");
            through.add("%s: %s".formatted(write, answer));
          }
          harms.addAll(mark(bed));
          harms.addAll(state(bed).differences(then, nobodysMatter(bed, added, victims, own)));
        } finally {
          before.entrySet().parallelStream()
              .forEach(each -> thief.restore(each.getKey(), each.getValue().orElse(null)));
        }
        ping.awaitMore(20);
        int lost = ping.stop();
        if (lost > 0) {
          harms.add("%d of %d pings are lost".formatted(lost, ping.sent()));
        }
      }
      await("everything as it was")
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(state(bed).differences(then, nobodysMatter(bed, added, victims, own)))
                  .isEmpty());
      sound = true;
      assertThat(harms)
          .as(
              "%s%nWith -Dweft.stolen=NAME only the writes with this in their name are made.",
              String.join("\n", through))
          .isEmpty();
    } finally {
      if (!sound) {
        current.spoil();
      }
    }
  }

  /**
   * A token can take all free addresses of every network. Holders keep their addresses, new
   * requests report why none is free, and the label of the node frees what was taken.
   */
  @Test
  void anExhaustedNetworkReportsItAndOthersContinue() throws Exception {
    Bed bed = current.get();
    boolean sound = false;
    bed.apply(small("small", "10.30.0.0/29"));
    await("small is there").atMost(PATIENCE).until(() -> bed.cluster().isReady("small"));
    bed.pod("small-2", "weft-2", "small");
    bed.awaitRunning("small-2");
    List<String> held = names(bed.endpoints("small-2"));
    try (Thief thief = new Thief(bed)) {
      String uid = bed.uid("small");
      take("small", "10.30.0.", uid).forEach(thief::write);

      bed.pod("small-3", "weft-3", "small");

      await("the refusal")
          .atMost(PATIENCE)
          .until(() -> bed.lab().attachError("small-3").contains("no free IPv4 address left"));
      assertThat(mark(bed)).isEmpty();
      assertThat(names(bed.endpoints("small-2"))).isEqualTo(held);
      await("the network says it")
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(bed.cluster().describe("small")).contains("AddressesExhausted=True"));
      List<StatusDetails> _ =
          bed.lab()
              .client()
              .resources(NetworkEndpoint.class)
              .withLabels(Map.of(Names.NETWORK_LABEL, "small", Names.NODE_LABEL, Thief.NODE))
              .delete();
      bed.awaitRunning("small-3");
      List.of("small-2", "small-3").forEach(each -> bed.remove(each, PATIENCE));
      sound = true;
    } finally {
      if (!sound) {
        current.spoil();
      } else {
        bed.forget("small");
      }
    }
  }

  @Test
  void addressesTakenBeforeTheirNetworkIsThereAreFreeWhenItIs() throws Exception {
    Bed bed = current.get();
    boolean sound = false;
    try (Thief thief = new Thief(bed)) {
      take("later", "10.31.0.", "made-up").forEach(thief::write);
      bed.apply(small("later", "10.31.0.0/29"));
      bed.pod("later-2", "weft-2", "later");
      bed.awaitRunning("later-2");
      bed.remove("later-2", PATIENCE);
      sound = true;
    } finally {
      if (!sound) {
        current.spoil();
      } else {
        bed.forget("later");
      }
    }
  }
}
