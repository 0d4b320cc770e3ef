package dev.weft.e2e.hostile;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.manifests.AdmissionPolicy;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A lab in which one agent's token is stolen, and its state in every kernel. */
abstract class StolenTokens {
  static final String INSTALL = "install.yaml";
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final List<String> NODES = List.of("weft-2", "weft-3");
  static final List<String> PODS = List.of("blue-2", "blue-3", "red-2", "lan-2", "shop-1");
  static final AtomicInteger MARKERS = new AtomicInteger();

  static String small(String name, String block) {
    return """
    apiVersion: weft.dev/v1alpha1
    kind: ContainerNetwork
    metadata: {name: %s}
    spec: {driver: overlay, subnets: [{cidr: %s}]}
    """
        .formatted(name, block);
  }

  /** Each address of a block of eight. */
  static List<Write> take(String network, String first, String uid) {
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

  static List<String> names(List<NetworkEndpoint> endpoints) {
    return endpoints.stream().map(each -> each.getMetadata().getName()).sorted().toList();
  }

  static String brief(String refusal) {
    return "refused: " + refusal.substring(0, Math.min(200, refusal.length()));
  }

  /** An Event of another writer, which the thief changes. */
  static void provide(Bed bed) {
    if (bed.lab().client().v1().events().inNamespace("default").withName("stolen.0").get()
        == null) {
      bed.lab().client().resource(event()).create();
    }
  }

  /**
   * Creates and deletes a pod on another node. Earlier writes have been handled by then, and
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

  static boolean mentions(Bed bed, String mac) {
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
   * The thief may lie about its own node and pods, if no victim is named. Its agent may give a pod
   * another address after its endpoint was changed.
   */
  static Predicate<String> nobodysMatter(
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

  static Predicate<String> victims(Bed bed) {
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

  /** The text forms of iproute2 and of nftables. */
  static Stream<String> texts(String address) {
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

  static boolean hasPolicies(Bed bed) {
    APIResourceList served = bed.lab().client().getApiResources("admissionregistration.k8s.io/v1");
    return served != null
        && served.getResources().stream()
            .anyMatch(each -> each.getKind().equals("ValidatingAdmissionPolicy"));
  }

  static io.fabric8.kubernetes.api.model.Event event() {
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

  static AdmissionPolicy policy() throws IOException {
    return new AdmissionPolicy(
        documents().stream()
            .filter(each -> each.path("kind").asText().equals("ValidatingAdmissionPolicy"))
            .filter(each -> each.at("/metadata/name").asText().equals("weft-agent-own-node"))
            .findFirst()
            .orElseThrow());
  }

  static List<JsonNode> documents() throws IOException {
    KubernetesSerialization yaml = new KubernetesSerialization();
    return Pattern.compile("(?m)^---$")
        .splitAsStream(Files.readString(Bed.MANIFESTS.resolve(INSTALL)))
        .filter(each -> !each.isBlank())
        .map(each -> yaml.unmarshal(each, JsonNode.class))
        .toList();
  }
}
