package dev.weft.e2e.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayService;
import dev.weft.e2e.kubelet.InKubeletLab;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.KubeletLab;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.Labs;
import dev.weft.e2e.lab.Root;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * From the request for a service of three tasks until each reaches the others, and the service's
 * address: on real kubelets, and beside it on a Swarm of three engines. It says what it measured;
 * how long anything may take on a machine that does other things as well, it does not judge.
 */
@Tag("kubelet")
class BesideSwarmTest {
  private static final int ROUNDS = Integer.getInteger("weft.beside.rounds", 0);

  /** Rounds in which the programs have not run all of their code yet. */
  private static final int COLD = Math.clamp(ROUNDS - 1, 0, 5);

  /** Seldom enough to leave the processors to what is measured. */
  private static final Duration LOOK = Duration.ofMillis(10);

  private static final int PORT = 8080;
  private static final Pattern HELD =
      Pattern.compile("pod=\"default/(\\S+)\" its start was held for (\\d+) ms");

  /**
   * What a round took, in ms from the request on but for the last two.
   *
   * @param mesh until each task reached the others
   * @param served until each reached the service's address
   * @param made until the pods were there, by operator and controllers
   * @param scheduled until they had nodes
   * @param ready until the last one was ready, by kubelet and containerd
   * @param held how long Weft held the start of that one, from RunPodSandbox on
   * @param balanced from its readiness until every client sends packets to it
   */
  private record Round(
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

  @Test
  void threeTasksReachEachOther() throws Exception {
    assumeTrue(
        ROUNDS > 1, "it measures, which takes minutes; ask for it with -Dweft.beside.rounds=20");
    assumeTrue(Root.is(), Root.REASON);
    assumeTrue(KubeletLab.missing().isEmpty(), () -> KubeletLab.missing().orElse(""));
    Dockerd.assumeInstalled();
    List<Round> weft = weft();
    System.out.println("Weft, ms from the request to apply (Kubernetes 1.20, containerd 1.7):");
    System.out.println(
        "     mesh       vip      made scheduled     ready      held  balanced   its own");
    weft.forEach(System.out::println);
    System.out.printf(
        "medians after %d rounds: mesh %d, vip %d, Weft's own %d%n",
        COLD, median(weft, Round::mesh), median(weft, Round::served), median(weft, Round::own));
    List<Long> swarm = swarm();
    System.out.println("Swarm, ms from docker service create --replicas 3: " + swarm);
    System.out.printf("median after %d rounds: %d%n", COLD, median(swarm, Long::longValue));
  }

  private static <T> long median(List<T> rounds, ToLongFunction<T> value) {
    List<T> warm = rounds.subList(COLD, rounds.size());
    return warm.stream().mapToLong(value).sorted().skip(warm.size() / 2).findFirst().orElseThrow();
  }

  private static List<Round> weft() throws Exception {
    try (KubeletLab lab = KubeletLab.create(Labs.name(), 3)) {
      lab.startWeft(Path.of("../manifests"));
      Cluster cluster = new Cluster(lab.client());
      for (var node : lab.nodes()) {
        await().atMost(InKubeletLab.PATIENCE).until(() -> cluster.isNodeReady(node.name()));
      }
      create(
          lab,
          """
          apiVersion: weft.dev/v1alpha1
          kind: ContainerNetwork
          metadata: {name: shop}
          spec: {driver: overlay, subnets: [{cidr: 10.30.0.0/24}]}
          """);
      await().atMost(InKubeletLab.PATIENCE).until(() -> cluster.isReady("shop"));
      List<Round> rounds = new ArrayList<>();
      for (int round = 1; round <= ROUNDS; round++) {
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
      until(() -> count(times, "scheduled") == 3);
      Map<String, NetworkNamespace> sandboxes = new HashMap<>();
      for (String pod : uids.keySet()) {
        until(() ->
            process("HOSTNAME=" + pod)
                .map(pid ->
                    sandboxes.put(pod, NetworkNamespace.open(Path.of("/proc/" + pid + "/ns/net")))
                        == null)
                .orElse(false));
      }
      List<InetAddress> tasks = new ArrayList<>();
      lab.client().resources(NetworkEndpoint.class).list().getItems().stream()
          .filter(each -> each.getSpec().sandbox() != null)
          .filter(each -> uids.containsKey(each.getSpec().sandbox().pod()))
          .forEach(each -> tasks.add(address(each)));
      assertThat(tasks).hasSize(3);
      CompletableFuture<Long> balanced =
          CompletableFuture.supplyAsync(() -> balanced(sandboxes.values(), tasks));
      long mesh = reach(sandboxes.values(), tasks, PORT);
      InetAddress virtual =
          InetAddress.ofLiteral(
              lab.client()
                  .resources(OverlayService.class)
                  .inNamespace("default")
                  .withName(name)
                  .get()
                  .getStatus()
                  .vip());
      long served = reach(sandboxes.values(), List.of(virtual), 80);
      until(() -> count(times, "ready") == 3);
      String last =
          uids.keySet().stream()
              .max((one, other) ->
                  Long.compare(times.get("ready " + one), times.get("ready " + other)))
              .orElseThrow();
      long held = Objects.requireNonNull(held(lab).get(last), "an agent says how long it held");
      long ready = times.get("ready " + last);
      Round round =
          new Round(
              millis(mesh - start),
              millis(served - start),
              millis(latest(times, "created") - start),
              millis(latest(times, "scheduled") - start),
              millis(ready - start),
              held,
              millis(balanced.join() - ready));
      sandboxes.values().forEach(NetworkNamespace::close);
      lab.client().resources(OverlayService.class).inNamespace("default").withName(name).delete();
      await()
          .atMost(InKubeletLab.PATIENCE)
          .until(() -> lab.client().resources(NetworkEndpoint.class).list().getItems().isEmpty());
      return round;
    }
  }

  private static List<Long> swarm() throws Exception {
    try (Lab lab = Lab.create(Labs.name())) {
      lab.install(Path.of("../manifests"));
      List<Dockerd> engines = new ArrayList<>();
      try {
        for (int i = 1; i <= 3; i++) {
          engines.add(Dockerd.start(lab, lab.addNode(), i));
        }
        Dockerd manager = engines.getFirst();
        String address = lab.nodes().getFirst().address().getHostAddress();
        manager.docker("swarm", "init", "--advertise-addr", address);
        String token = manager.docker("swarm", "join-token", "-q", "worker");
        for (int i = 1; i < 3; i++) {
          engines
              .get(i)
              .docker(
                  "swarm",
                  "join",
                  "--advertise-addr",
                  lab.nodes().get(i).address().getHostAddress(),
                  "--token",
                  token,
                  address + ":2377");
        }
        manager.docker("network", "create", "-d", "overlay", "--subnet", "10.40.0.0/24", "shop");
        List<Long> rounds = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
          rounds.add(round(engines, "round" + round));
        }
        return rounds;
      } finally {
        engines.forEach(Dockerd::stop);
      }
    }
  }

  private static long round(List<Dockerd> engines, String name) throws Exception {
    Dockerd manager = engines.getFirst();
    long start = System.nanoTime();
    manager.docker(
        "service",
        "create",
        "-d",
        "--name",
        name,
        "--network",
        "shop",
        "--replicas",
        "3",
        "--no-resolve-image",
        "--stop-grace-period",
        "0s",
        "--env",
        "SERVICE=" + name,
        "busybox",
        "busybox",
        "httpd",
        "-f",
        "-p",
        Integer.toString(PORT));
    List<Long> processes = new ArrayList<>();
    until(() -> {
      processes.clear();
      processes.addAll(processes("SERVICE=" + name));
      return processes.size() == 3;
    });
    List<NetworkNamespace> sandboxes = new ArrayList<>();
    List<InetAddress> tasks = new ArrayList<>();
    for (Long each : processes) {
      NetworkNamespace sandbox = NetworkNamespace.open(Path.of("/proc/" + each + "/ns/net"));
      sandboxes.add(sandbox);
      tasks.add(InetAddress.ofLiteral(ownAddress(sandbox, "10.40.0.")));
    }
    long end = reach(sandboxes, tasks, PORT);
    sandboxes.forEach(NetworkNamespace::close);
    manager.docker("service", "rm", name);
    until(() -> processes("SERVICE=" + name).isEmpty());
    return millis(end - start);
  }

  /** A task's address, not the service's, which is a /32. */
  private static String ownAddress(NetworkNamespace sandbox, String prefix) {
    try (var netlink = dev.weft.netlink.rtnl.Netlink.open(sandbox)) {
      return netlink.addresses().stream()
          .map(each -> each.prefix())
          .filter(each -> each.length() == 24)
          .map(each -> each.address().getHostAddress())
          .filter(each -> each.startsWith(prefix))
          .findFirst()
          .orElseThrow();
    }
  }

  /** When every sandbox has reached all of these for the first time. */
  private static long reach(
      Iterable<NetworkNamespace> sandboxes, List<InetAddress> addresses, int port) {
    for (NetworkNamespace sandbox : sandboxes) {
      for (InetAddress address : addresses) {
        until(() -> connects(sandbox, address, port));
      }
    }
    return System.nanoTime();
  }

  /** When packets of every sandbox to the service's address may go to any of these tasks. */
  private static long balanced(Iterable<NetworkNamespace> sandboxes, List<InetAddress> tasks) {
    for (NetworkNamespace sandbox : sandboxes) {
      try (Nftables nftables = Nftables.open(sandbox)) {
        until(() -> {
          String known = nftables.runPlain("list map inet weft tasks4");
          return tasks.stream()
              .allMatch(task -> known.matches("(?s).*: %s\\b.*".formatted(task.getHostAddress())));
        });
      }
    }
    return System.nanoTime();
  }

  private static boolean connects(NetworkNamespace sandbox, InetAddress address, int port) {
    try (SocketChannel channel = sandbox.call(() -> SocketChannel.open())) {
      Socket socket = channel.socket();
      socket.connect(new InetSocketAddress(address, port), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static InetAddress address(NetworkEndpoint endpoint) {
    String text = endpoint.getSpec().address();
    return IpAddress.parse(text.substring(0, text.indexOf('/'))).toInetAddress();
  }

  /** How long the agents held pods' starts, in ms. */
  private static Map<String, Long> held(KubeletLab lab) throws IOException {
    Map<String, Long> held = new HashMap<>();
    for (var node : lab.nodes()) {
      Matcher line = HELD.matcher(Files.readString(lab.agentLog(node)));
      while (line.find()) {
        held.put(line.group(1), Long.valueOf(line.group(2)));
      }
    }
    return held;
  }

  private static Optional<Long> process(String variable) {
    return processes(variable).stream().findFirst();
  }

  /** The processes of httpd that have an environment variable. */
  private static List<Long> processes(String variable) {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(each -> each.getFileName().toString().matches("\\d+"))
          .filter(each -> has(each, variable))
          .map(each -> Long.valueOf(each.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean has(Path process, String variable) {
    try {
      return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
              .contains("httpd\0")
          && Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1)
              .contains(variable + "\0");
    } catch (IOException ended) {
      return false;
    }
  }

  private static void create(KubeletLab lab, String yaml) {
    lab.client().load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).create();
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

  private static long millis(long nanos) {
    return nanos / 1_000_000;
  }

  private static void until(java.util.concurrent.Callable<Boolean> done) {
    await().atMost(InKubeletLab.PATIENCE).pollDelay(Duration.ZERO).pollInterval(LOOK).until(done);
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
