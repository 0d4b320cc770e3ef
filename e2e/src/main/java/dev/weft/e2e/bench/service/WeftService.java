package dev.weft.e2e.bench.service;

import static org.awaitility.Awaitility.await;

import dev.weft.agent.attach.Deadlines;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayService;
import dev.weft.api.SandboxReference;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.KubeletLab;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A service of three tasks on three real kubelets. */
final class WeftService {
  static final int PORT = 8080;

  /** A cold agent refuses a start after this time in ms, and attaches the pod later. */
  private static final long REFUSED = Deadlines.ANSWER.toMillis();

  private static final Pattern HELD =
      Pattern.compile("its start was held for (\\d+) ms pod=\"default/([^\"]+)\"");

  private WeftService() {}

  /**
   * Times of a round in ms, from the request on except for the last two.
   *
   * @param mesh until each task reached the others
   * @param served until each reached the service's address
   * @param made until operator and controllers had created the pods
   * @param scheduled until they had nodes
   * @param ready until kubelet and containerd had the last one ready
   * @param held how long Weft held the start of that one, from RunPodSandbox on
   * @param balanced from its readiness until every client sends packets to it
   */
  record Round(
      long mesh, long served, long made, long scheduled, long ready, long held, long balanced) {
    long own() {
      return held + balanced;
    }

    @Override
    public String toString() {
      return "%9d %9d %9d %9d %9d %9d %9d %9d"
          .formatted(mesh, served, made, scheduled, ready, held, balanced, own());
    }
  }

  static List<Round> rounds(int wanted) throws Exception {
    try (KubeletLab lab = KubeletLab.create("weft-service", 3)) {
      lab.startWeft(Path.of("manifests"));
      Cluster cluster = new Cluster(lab.client());
      for (var node : lab.nodes()) {
        await().atMost(Waits.PATIENCE).until(() -> cluster.isNodeReady(node.name()));
      }
      create(
          lab,
          """
          apiVersion: weft.dev/v1alpha1
          kind: ContainerNetwork
          metadata: {name: shop}
          spec: {driver: overlay, subnets: [{cidr: 10.30.0.0/24}]}
          """);
      await().atMost(Waits.PATIENCE).until(() -> cluster.isReady("shop"));
      List<Round> rounds = new ArrayList<>();
      for (int round = 1; round <= wanted; round++) {
        rounds.add(round(lab, "round" + round));
      }
      return rounds;
    }
  }

  private static Round round(KubeletLab lab, String name) throws Exception {
    Map<String, Long> times = new ConcurrentHashMap<>();
    Map<String, String> uids = new ConcurrentHashMap<>();
    try (SharedIndexInformer<Pod> pods =
        lab.client().pods().inNamespace("default").withLabel("weft.dev/service", name).inform()) {
      pods.addEventHandler(
          new Seen<>(pod -> {
            String task = pod.getMetadata().getName();
            uids.put(task, pod.getMetadata().getUid());
            times.putIfAbsent("created " + task, System.nanoTime());
            if (pod.getSpec().getNodeName() != null) {
              times.putIfAbsent("scheduled " + task, System.nanoTime());
            }
            if (pod.getStatus().getConditions().stream()
                .anyMatch(
                    each -> each.getType().equals("Ready") && each.getStatus().equals("True"))) {
              times.putIfAbsent("ready " + task, System.nanoTime());
            }
          }));
      long start = System.nanoTime();
      create(
          lab,
          """
          apiVersion: weft.dev/v1alpha1
          kind: OverlayService
          metadata: {name: %s, namespace: default}
          spec:
            network: shop
            replicas: 3
            image: %s
            ports: [{port: 80, targetPort: %d}]
            template:
              spec:
                terminationGracePeriodSeconds: 0
                containers:
                - name: web
                  imagePullPolicy: Never
                  command: [httpd, -f, -p, "%d"]
          """
              .formatted(name, KubeletLab.IMAGE, PORT, PORT));
      Waits.until(() -> count(times, "scheduled") == 3);
      Map<String, NetworkNamespace> sandboxes = new HashMap<>();
      for (String pod : uids.keySet()) {
        Waits.until(() ->
            process("HOSTNAME=" + pod)
                .map(pid ->
                    sandboxes.put(pod, NetworkNamespace.open(Path.of("/proc/" + pid + "/ns/net")))
                        == null)
                .orElse(false));
      }
      List<InetAddress> tasks = new ArrayList<>();
      lab.client().resources(NetworkEndpoint.class).list().getItems().stream()
          .filter(each ->
              Optional.ofNullable(each.getSpec().sandbox())
                  .map(SandboxReference::pod)
                  .filter(uids::containsKey)
                  .isPresent())
          .forEach(each -> tasks.add(address(each)));
      if (tasks.size() != 3) {
        throw new IllegalStateException("three tasks have the addresses " + tasks);
      }
      CompletableFuture<Long> balanced =
          CompletableFuture.supplyAsync(() -> balanced(sandboxes.values(), tasks));
      long mesh = Waits.reach(sandboxes.values(), tasks, PORT);
      InetAddress virtual =
          InetAddress.ofLiteral(
              lab.client()
                  .resources(OverlayService.class)
                  .inNamespace("default")
                  .withName(name)
                  .get()
                  .getStatus()
                  .vip());
      long served = Waits.reach(sandboxes.values(), List.of(virtual), 80);
      Waits.until(() -> count(times, "ready") == 3);
      String last =
          uids.keySet().stream()
              .max(Comparator.comparingLong(pod -> at(times, "ready " + pod)))
              .orElseThrow();
      long held = held(lab).getOrDefault(last, REFUSED);
      long ready = at(times, "ready " + last);
      Round round =
          new Round(
              Waits.millis(mesh - start),
              Waits.millis(served - start),
              Waits.millis(latest(times, "created") - start),
              Waits.millis(latest(times, "scheduled") - start),
              Waits.millis(ready - start),
              held,
              Waits.millis(balanced.join() - ready));
      sandboxes.values().forEach(NetworkNamespace::close);
      lab.client().resources(OverlayService.class).inNamespace("default").withName(name).delete();
      await()
          .atMost(Waits.PATIENCE)
          .until(() -> lab.client().resources(NetworkEndpoint.class).list().getItems().isEmpty());
      return round;
    }
  }

  /**
   * Time at which every sandbox balances packets to the service's address among all these tasks.
   */
  private static long balanced(Iterable<NetworkNamespace> sandboxes, List<InetAddress> tasks) {
    for (NetworkNamespace sandbox : sandboxes) {
      try (Nftables nftables = Nftables.open(sandbox)) {
        Waits.until(() -> {
          String known = nftables.runPlain("list map inet weft tasks4");
          return tasks.stream()
              .allMatch(task -> known.matches("(?s).*: %s\\b.*".formatted(task.getHostAddress())));
        });
      }
    }
    return System.nanoTime();
  }

  private static InetAddress address(NetworkEndpoint endpoint) {
    String text = Objects.requireNonNull(endpoint.getSpec().address(), "the schema requires it");
    return IpAddress.parse(text.substring(0, text.indexOf('/'))).toInetAddress();
  }

  /** How long the agents held the starts of pods, in ms. */
  private static Map<String, Long> held(KubeletLab lab) throws IOException {
    Map<String, Long> held = new HashMap<>();
    for (var node : lab.nodes()) {
      Matcher line = HELD.matcher(Files.readString(lab.agentLog(node)));
      while (line.find()) {
        held.put(line.group(2), Long.valueOf(line.group(1)));
      }
    }
    return held;
  }

  private static Optional<Long> process(String variable) {
    return Waits.processes(variable).stream().findFirst();
  }

  private static void create(KubeletLab lab, String yaml) {
    lab.client().load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).create();
  }

  private static long at(Map<String, Long> times, String what) {
    return Objects.requireNonNull(times.get(what), "it has happened");
  }

  private static long count(Map<String, Long> times, String what) {
    return times.keySet().stream().filter(each -> each.startsWith(what + " ")).count();
  }

  private static long latest(Map<String, Long> times, String what) {
    return times.entrySet().stream()
        .filter(each -> each.getKey().startsWith(what + " "))
        .mapToLong(Map.Entry::getValue)
        .max()
        .orElseThrow();
  }

  private record Seen<T extends HasMetadata>(java.util.function.Consumer<T> seen)
      implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T object) {
      seen.accept(object);
    }

    @Override
    public void onUpdate(T before, T after) {
      seen.accept(after);
    }

    @Override
    public void onDelete(T object, boolean stateUnknown) {}
  }
}
