package dev.weft.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.api.IpAddress;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.manifests.AdmissionPolicy;
import dev.weft.e2e.net.SteadyPing;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The token of weft-1's agent in the hands of somebody else, who tries each write that RBAC lets
 * through. What is left to the admission policy is put to the policy, and to the server too where
 * it knows policies. Everything else is written, in rounds of writes that do not meet, and changes
 * nothing in the kernel of another node, in its pods' sandboxes or in the balancing of a service.
 *
 * <p>{@code -Dweft.stolen=VTEP} makes the writes alone that have this in their name.
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
   * A token can take what is free, of every network. Who holds an address keeps it, who asks for
   * one is told why there is none, and what was taken goes by the label of the node.
   */
  @Test
  void aNetworkWhoseAddressesAreAllTakenSaysSoAndOthersGoOn() throws Exception {
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

  private static String small(String name, String block) {
    return """
    apiVersion: weft.dev/v1alpha1
    kind: ContainerNetwork
    metadata: {name: %s}
    spec: {driver: overlay, subnets: [{cidr: %s}]}
    """
        .formatted(name, block);
  }

  /** Each address of a block of eight. */
  private static List<Write> take(String network, String first, String uid) {
    return IntStream.rangeClosed(1, 6)
        .mapToObj(i ->
            Write.ignored(
                "an address",
                "create",
                Writes.ENDPOINTS,
                network + "." + first + i,
                ("{spec: {network: %s, networkUid: '%s', node: weft-1, address: %s%d/29, mac:"
                        + " '02:00:00:00:03:%02x', interface: eth9, sandbox: {id: x, namespace:"
                        + " default, pod: blue-1, podUid: '$ownPod'}}}")
                    .formatted(network, uid, first, i, i)))
        .toList();
  }

  private static List<String> names(List<NetworkEndpoint> endpoints) {
    return endpoints.stream().map(each -> each.getMetadata().getName()).sorted().toList();
  }

  private static String brief(String refusal) {
    return "refused: " + refusal.substring(0, Math.min(200, refusal.length()));
  }

  /** An Event of somebody else, for the thief to change. */
  private static void provide(Bed bed) {
    if (bed.lab().client().v1().events().inNamespace("default").withName("stolen.0").get()
        == null) {
      bed.lab().client().resource(event()).create();
    }
  }

  /**
   * A pod of another node comes and goes: what was written before has been seen by then, and
   * attaching works.
   */
  static List<String> mark(Bed bed) {
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

  static KernelState state(Bed bed) {
    return KernelState.of(bed, NODES, PODS);
  }

  static KernelState settled(Bed bed) {
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

  /**
   * The thief's node and its pods are its to lie about, as far as no victim is named with them; and
   * its own agent may give a pod whose endpoint was spoilt another address.
   */
  private static Predicate<String> nobodysMatter(
      Bed bed, Predicate<String> added, Predicate<String> victims, Set<String> own) {
    bed.lab().client().resources(NetworkEndpoint.class).list().getItems().stream()
        .map(NetworkEndpoint::getSpec)
        .filter(each -> Thief.NODE.equals(each.node()) && each.sandbox() != null)
        .filter(each -> List.of("blue-1", "red-1", "lan-1").contains(each.sandbox().pod()))
        .flatMap(each -> Stream.of(each.address(), each.mac()))
        .filter(Objects::nonNull)
        .map(each -> each.replaceAll("/.*", ""))
        .flatMap(StolenTokenTest::texts)
        .forEach(own::add);
    Predicate<String> thiefs = any(own);
    return line -> !victims.test(line) && (thiefs.test(line) || added.test(line));
  }

  private static Predicate<String> victims(Bed bed) {
    List<String> others = new ArrayList<>(List.of(bed.virtual().orElseThrow().getHostAddress()));
    for (String pod : List.of("blue-2", "blue-3", "shop-1")) {
      for (boolean ipv4 : List.of(true, false)) {
        IpAddress address = IpAddress.of(bed.prefix(pod, "blue", ipv4).address());
        texts(address.toString()).forEach(others::add);
      }
      others.add(bed.mac(pod, "blue").toString());
    }
    return any(others);
  }

  /** As iproute2 and as nftables writes it. */
  private static Stream<String> texts(String address) {
    return address.contains("::")
        ? Stream.of(
            address, "0x" + HexFormat.of().formatHex(InetAddress.ofLiteral(address).getAddress()))
        : Stream.of(address);
  }

  static Predicate<String> any(Collection<String> words) {
    return Pattern.compile(
            words.stream()
                .map(each -> "(?<![0-9a-f:.])" + Pattern.quote(each) + "(?![0-9a-f:.])")
                .collect(Collectors.joining("|")))
        .asPredicate();
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
