package dev.weft.e2e.machine;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.Mesh;
import dev.weft.api.MeshKeys;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabPod;
import dev.weft.e2e.lab.Labs;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A lab whose nodes are namespaces of the {@linkplain Guest machine with ESP}, each with the real
 * agent in its own JVM. The control plane and the real operator run on the host, where a JVM is
 * fast. The machine's network card and the nodes are on one bridge, {@code wire}.
 */
final class MachineLab implements AutoCloseable {
  private static final Duration AGENT_STARTS = Duration.ofMinutes(8);

  /** The group of every device that an agent creates. */
  private static final String GROUP = "0x77656674";

  private static final Path MANIFESTS = Path.of("../manifests");

  private final Lab lab;
  private final Guest guest;
  private final URI server;
  private final AgentJvm jvm;
  private int nodes;

  private MachineLab(Lab lab, Guest guest, AgentJvm jvm) {
    this.lab = lab;
    this.guest = guest;
    this.jvm = jvm;
    URI outside = lab.controlPlane().kubeconfig().server();
    this.server =
        URI.create("%s://%s:%d".formatted(outside.getScheme(), Guest.HOST, outside.getPort()));
  }

  /**
   * Starts everything except the nodes.
   *
   * @param limit maximum running time of the machine
   */
  static MachineLab start(Duration limit) {
    Lab lab = Lab.create(Labs.name());
    Guest guest = null;
    try {
      guest = Guest.boot(limit, lab.controlPlane().kubeconfig().server().getPort());
      lab.install(MANIFESTS);
      lab.startOperator();
      AgentJvm jvm = AgentJvm.prepare(lab);
      guest.run(
          """
          modprobe aesni_intel || true
          ip address flush dev eth0
          ip link add wire type bridge
          ip link set eth0 master wire
          ip link set wire up
          """);
      return new MachineLab(lab, guest, jvm);
    } catch (RuntimeException e) {
      if (guest != null) {
        guest.close();
      }
      lab.close();
      throw e;
    }
  }

  Guest guest() {
    return guest;
  }

  Lab lab() {
    return lab;
  }

  /** Connects {@code inside-N}, starts its agent and waits until it has introduced its node. */
  void addNode() {
    int number = ++nodes;
    String name = name(number);
    lab.client()
        .resource(new NodeBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    station("node-" + number, address(number));
    lab.agentElsewhere(name, server).writeTo(guest.share().resolve(name + ".kubeconfig"));
    guest.run("mkdir -p /run/weft-%d/sandboxes".formatted(number));
    startAgent(number);
  }

  /** Creates a namespace on the wire. */
  void station(String namespace, String address) {
    guest.run(
        """
        ip netns add %1$s
        ip link add %1$s type veth peer name eth0 netns %1$s
        ip link set %1$s master wire up
        ip -n %1$s link set lo up
        ip -n %1$s address add %2$s/24 dev eth0
        ip -n %1$s link set eth0 up
        """
            .formatted(namespace, address));
  }

  static String name(int number) {
    return "inside-" + number;
  }

  static String address(int number) {
    return "10.0.2." + (20 + number);
  }

  /** Starts the agent of a node and waits until it is ready. */
  void startAgent(int number) {
    long start = System.nanoTime();
    guest.run(launch(number));
    try {
      Awaitility.await("the agent of " + name(number))
          .atMost(AGENT_STARTS)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> readiness(number).contains("ok"));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "the agent of %s says '%s', and logged:%n%s"
              .formatted(
                  name(number),
                  readiness(number),
                  guest.run("tail -n 100 %s/%s.log".formatted(guest.share(), name(number)))),
          e);
    }
    System.out.printf(
        "the agent of %s was ready after %.1f s%n",
        name(number), (System.nanoTime() - start) / 1e9);
  }

  private String readiness(int number) {
    return guest.run(
        "nsenter --net=/run/netns/node-%d busybox wget -qO- http://127.0.0.1:9810/readyz 2>&1 || true"
            .formatted(number));
  }

  /** Starts the agent of a node in the background. */
  private String launch(int number) {
    return """
    nsenter --net=/run/netns/node-%1$d %2$s dev.weft.agent.AgentMain run \
      --node %3$s --kubeconfig %4$s/%3$s.kubeconfig --sandboxes /run/weft-%1$d/sandboxes \
      --listen 127.0.0.1:9810 --keys /run/weft-%1$d/keys </dev/null >>%4$s/%3$s.log 2>&1 &
    echo $! >/run/weft-%1$d/pid
    """
        .formatted(number, String.join(" ", jvm.line()), name(number), guest.share());
  }

  /** Kills the agent of a node and removes what it created in the kernel, as a reboot does. */
  void killAndWipe(int number) {
    guest.run(
        """
        pid=$(cat /run/weft-%1$d/pid)
        kill -KILL $pid || true
        while grep -q . /proc/$pid/cmdline 2>/dev/null; do read -rt 0.05 <>/run/never || true; done
        ip -n node-%1$d link delete group %2$s || true
        ip netns exec node-%1$d ip xfrm policy flush
        ip netns exec node-%1$d ip xfrm state flush
        ip netns exec node-%1$d nft flush ruleset
        """
            .formatted(number, GROUP));
  }

  /**
   * Records the kernel's notifications of changes in the namespace of a node, line by line, until
   * {@link #changes} is called.
   */
  void watchChanges(int number) {
    guest.run(watch(number, "/run/weft-%d/changes".formatted(number)));
  }

  /** Number of recorded lines. */
  int changes(int number) {
    return Integer.parseInt(
        guest
            .run(
                """
                kill $(cat /run/weft-%1$d/watching)
                wc -l </run/weft-%1$d/changes
                """
                    .formatted(number))
            .strip());
  }

  /** Starts the agent of a node and kills it once the kernel has reported this many changes. */
  void startAgentAndKill(int number, int lines) {
    guest.run(
        """
        rm -f /run/weft-%1$d/told
        mkfifo /run/weft-%1$d/told
        exec 9<>/run/weft-%1$d/told
        %2$s
        %3$s
        for ((told = 0; told < %4$d; told++)); do
          read -rt 120 -u 9 || { echo "only $told lines"; exit 1; }
        done
        kill -KILL $(cat /run/weft-%1$d/pid) $(cat /run/weft-%1$d/watching)
        """
            .formatted(
                number,
                watch(number, "/run/weft-%d/told".formatted(number)),
                launch(number),
                lines));
  }

  private static String watch(int number, String to) {
    return """
    for watch in 'ip monitor link address route neigh' 'ip xfrm monitor' 'nft monitor'; do
      ip netns exec node-%1$d $watch </dev/null >>%2$s 2>/dev/null &
      echo $!
    done >/run/weft-%1$d/watching
    """
        .formatted(number, to);
  }

  /** Freezes the agent of a node, which the operator then considers gone. */
  void leave(int number) {
    signal(number, "STOP");
    lab.client()
        .leases()
        .inNamespace(Names.NAMESPACE)
        .withName(Names.agentLease(name(number)))
        .delete();
  }

  /**
   * Makes the operator wait for the agent of a node that will restart, which takes longer in the
   * machine than a lease lasts.
   */
  void extendLease(int number) {
    lab.client()
        .leases()
        .inNamespace(Names.NAMESPACE)
        .withName(Names.agentLease(name(number)))
        .edit(lease -> {
          lease.getSpec().setLeaseDurationSeconds(600);
          lease.getSpec().setRenewTime(ZonedDateTime.now(ZoneOffset.UTC));
          return lease;
        });
  }

  /** Sends a signal to the agent of a node. */
  void signal(int number, String signal) {
    guest.run("kill -%s $(cat /run/weft-%d/pid)".formatted(signal, number));
  }

  /** Runs a command in a namespace. */
  String in(String namespace, String command) {
    return guest.run("ip netns exec %s %s".formatted(namespace, command));
  }

  void apply(ContainerNetwork network) {
    lab.client().resource(network).create();
  }

  /** Creates a Pod on a node and its sandbox {@code pod-NAME}, and waits until it is wired. */
  void addPod(String name, int node, String network) {
    Pod pod = lab.client().resource(LabPod.of(name, name(node), network)).create();
    String uid = pod.getMetadata().getUid();
    guest.run(
        """
        ip netns add pod-%1$s
        ip -n pod-%1$s link set lo up
        cat >/run/weft-%2$d/sandboxes/.new <<'END'
        {"id": "%3$s", "namespace": "default", "pod": "%1$s", "podUid": "%3$s", "netns": "/run/netns/pod-%1$s", "networks": "%4$s"}
        END
        mv /run/weft-%2$d/sandboxes/.new /run/weft-%2$d/sandboxes/%3$s.json
        """
            .formatted(name, node, uid, network));
    try {
      Awaitility.await(name + " on " + network)
          .atMost(Duration.ofMinutes(4))
          .until(() -> addressOf(name, network).isPresent());
    } catch (ConditionTimeoutException e) {
      throw new IllegalStateException(
          guest.run("cat /run/weft-%d/sandboxes/%s.error || true".formatted(node, uid))
              + guest.run("tail -n 40 %s/%s.log".formatted(guest.share(), name(node))),
          e);
    }
  }

  /** The address of a Pod on a network, once it is wired. */
  Optional<String> addressOf(String pod, String network) {
    return lab.client().resources(NetworkEndpoint.class).list().getItems().stream()
        .filter(each -> network.equals(each.getSpec().network()))
        .filter(each -> each.getSpec().sandbox() != null)
        .filter(each -> pod.equals(each.getSpec().sandbox().pod()))
        .filter(each ->
            each.getStatus() != null
                && Conditions.isTrue(each.getStatus().conditions(), Conditions.READY))
        .map(each -> Objects.requireNonNull(each.getSpec().address()).split("/", -1)[0])
        .findFirst();
  }

  /** The keys in the status of the mesh. */
  @Nullable MeshKeys keys() {
    Mesh mesh = lab.client().resources(Mesh.class).withName(Names.MESH).get();
    return mesh == null || mesh.getStatus() == null ? null : mesh.getStatus().keys();
  }

  /** Asks for new keys, as {@code kubectl annotate} does. */
  void rotate(String value) {
    patchMesh(
        "{\"metadata\": {\"annotations\": {\"%s\": \"%s\"}}}"
            .formatted(Names.ROTATE_ANNOTATION, value));
  }

  /** Sets the encapsulation of encrypted packets. */
  void encapsulate(String encapsulation) {
    patchMesh("{\"spec\": {\"ipsecEncapsulation\": \"%s\"}}".formatted(encapsulation));
  }

  /** Patches the mesh without a version, because the operator writes it, too. */
  private void patchMesh(String change) {
    Mesh _ =
        lab.client()
            .resources(Mesh.class)
            .withName(Names.MESH)
            .patch(PatchContext.of(PatchType.JSON_MERGE), change);
  }

  /** The MTU of a network, once it is known. */
  Optional<Integer> mtuOf(String network) {
    return Optional.ofNullable(
            lab.client().resources(ContainerNetwork.class).withName(network).get().getStatus())
        .map(ContainerNetworkStatus::mtu);
  }

  /** Waits until only keys of an epoch exist; returns the phases seen meanwhile. */
  List<String> awaitRest(long epoch, Duration patience) {
    List<String> phases = new ArrayList<>();
    Awaitility.await("epoch " + epoch)
        .atMost(patience)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          MeshKeys keys = keys();
          if (keys == null || !Objects.equals(keys.epoch(), epoch)) {
            return false;
          }
          if (phases.isEmpty() || !phases.getLast().equals(keys.phase())) {
            phases.add(String.valueOf(keys.phase()));
          }
          return "Idle".equals(keys.phase());
        });
    return phases;
  }

  @Override
  public void close() {
    guest.close();
    lab.close();
  }
}
