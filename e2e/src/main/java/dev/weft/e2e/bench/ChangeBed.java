package dev.weft.e2e.bench;

import dev.weft.api.IpAddress;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.SandboxReference;
import dev.weft.api.ServiceReference;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.LabPod;
import dev.weft.mesh.Macs;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.rtnl.Monitor;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Notification;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A network with one sandbox on a node of its own, and very many simulated endpoints. These are on
 * a node that is only a MeshNode, and all are ready tasks of one service. The operator has created
 * the network and has ended; otherwise it would remove the endpoints as orphans.
 */
final class ChangeBed {
  private static final int IN_SLICE = 100;
  private static final int AT_ONCE = 8;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String FAR = "far";

  private final Lab lab;
  private final LabNode node;
  private final String network;
  private final int size;
  private final int subnet;
  private int next;

  private ChangeBed(Lab lab, LabNode node, int number, int size) {
    this.lab = lab;
    this.node = node;
    this.network = "net" + number;
    this.size = size;
    this.subnet = 80 + number;
  }

  /**
   * Cost of changes.
   *
   * @param nanos of each change, from the API server's answer until the kernel has it
   * @param cpuMillis processor time of the agent for all of them
   */
  record Measured(List<Long> nanos, double cpuMillis) {}

  static List<ChangeBed> make(Lab lab, List<Integer> sizes) throws Exception {
    lab.install(Path.of("manifests"));
    lab.startOperator();
    List<ChangeBed> beds = new ArrayList<>();
    Cluster cluster = new Cluster(lab.client());
    for (int i = 0; i < sizes.size(); i++) {
      LabNode node = lab.addNode();
      until(() -> cluster.isNodeReady(node.name()));
      ChangeBed bed = new ChangeBed(lab, node, i + 1, sizes.get(i));
      bed.makeNetworkAndSandbox();
      beds.add(bed);
    }
    lab.operator().kill();
    MeshNode far = new MeshNode();
    far.setMetadata(new ObjectMetaBuilder().withName(FAR).build());
    far.setSpec(MeshNodeSpecBuilder.builder().vtep("192.0.2.77").build());
    lab.client().resource(far).create();
    for (ChangeBed bed : beds) {
      bed.fill();
    }
    return beds;
  }

  int size() {
    return size;
  }

  String network() {
    return network;
  }

  private void makeNetworkAndSandbox() {
    String yaml =
        """
        apiVersion: weft.dev/v1alpha1
        kind: ContainerNetwork
        metadata: {name: %s}
        spec: {driver: overlay, subnets: [{cidr: 10.%d.0.0/16}]}
        """
            .formatted(network, subnet);
    client().load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).create();
    Cluster cluster = new Cluster(client());
    until(() -> cluster.isReady(network));
    client().resource(LabPod.of(pod(), node.name(), network)).create();
    until(() -> cluster.isRunning(pod()));
  }

  private String pod() {
    return "client-" + network;
  }

  private void fill() throws Exception {
    String uid = uid();
    client().resource(virtual(uid)).create();
    try (var workers = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<?>> made = new ArrayList<>();
      IntStream.range(0, size)
          .forEach(
              i -> made.add(workers.submit(() -> client().resource(endpoint(i, uid)).create())));
      for (Future<?> each : made) {
        each.get();
      }
    }
    for (int number = 0; number < (size + IN_SLICE - 1) / IN_SLICE; number++) {
      client().resource(slice(number, size)).create();
    }
    try (Nftables nftables = Nftables.open(sandbox())) {
      until(() -> isThere(nftables, size));
    }
    try (Netlink netlink = Netlink.open(node.namespace())) {
      until(() -> netlink.neighbours().size() >= size);
    }
  }

  /** Makes changes in sequence, each followed by its reversal. */
  Measured change(ChangeBench.Kind kind, int times) throws IOException {
    List<Long> nanos = new ArrayList<>();
    double before = cpuMillis();
    switch (kind) {
      case ENDPOINT -> {
        String uid = uid();
        try (Monitor monitor = Monitor.open(node.namespace(), Set.of(Monitor.Group.NEIGHBOURS))) {
          for (int i = 0; i < times / 2; i++) {
            int number = size + next++;
            InetAddress address = address(number).toInetAddress();
            NetworkEndpoint created = client().resource(endpoint(number, uid)).create();
            nanos.add(
                time(() ->
                    monitor.next().orElseThrow() instanceof Notification.NeighbourChanged(var it)
                        && it.address().equals(address)));
            client().resource(created).delete();
            nanos.add(
                time(() ->
                    monitor.next().orElseThrow() instanceof Notification.NeighbourRemoved(var it)
                        && it.address().equals(address)));
          }
        }
      }
      case TASK -> {
        try (Nftables nftables = Nftables.open(sandbox())) {
          for (int i = 0; i < times; i++) {
            int tasks = i % 2 == 0 ? size - 1 : size;
            client().resource(slice(0, tasks)).update();
            nanos.add(time(() -> isThere(nftables, tasks)));
          }
        }
      }
    }
    return new Measured(nanos, cpuMillis() - before);
  }

  private static long time(BooleanSupplier done) {
    long start = System.nanoTime();
    until(done);
    return System.nanoTime() - start;
  }

  private static void until(BooleanSupplier done) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not done within " + PATIENCE);
      }
      LockSupport.parkNanos(200_000);
    }
  }

  /**
   * Whether the kernel has the chain for a number of tasks. Each change of the number replaces the
   * chain, and listing chains is cheap.
   */
  private static boolean isThere(Nftables nftables, int tasks) {
    return nftables.runPlain("list chains").contains("chain v4of%d {".formatted(tasks));
  }

  /**
   * Processor time of the agent so far, user and system; the kernel counts hundredths of a second.
   */
  private double cpuMillis() throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(node.agent().pid()), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10.0;
  }

  private NetworkNamespace sandbox() {
    return lab.sandbox(pod()).orElseThrow();
  }

  private KubernetesClient client() {
    return lab.client();
  }

  private String uid() {
    return new Cluster(client()).network(network).orElseThrow().getMetadata().getUid();
  }

  private IpAddress address(int number) {
    return IpAddress.parse("10.%d.%d.%d".formatted(subnet, 1 + number / 250, 1 + number % 250));
  }

  private NetworkEndpoint endpoint(int number, String uid) {
    IpAddress address = address(number);
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(
        new ObjectMetaBuilder()
            .withName(Names.endpoint(network, address))
            .withLabels(Map.of(Names.NETWORK_LABEL, network, Names.NODE_LABEL, FAR))
            .build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network(network)
            .networkUid(uid)
            .node(FAR)
            .sandbox(new SandboxReference("s" + number, "default", "p" + number, null, null))
            .address(address + "/16")
            .mac(Macs.of(address.toInetAddress()).toString())
            .interfaceName("eth1")
            .build());
    return endpoint;
  }

  private NetworkEndpoint virtual(String uid) {
    IpAddress address = IpAddress.parse("10.%d.255.254".formatted(subnet));
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(
        new ObjectMetaBuilder()
            .withName(Names.endpoint(network, address))
            .withLabels(Map.of(Names.NETWORK_LABEL, network))
            .build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network(network)
            .networkUid(uid)
            .service(new ServiceReference("default", "many-" + network, null, null))
            .address(address + "/16")
            .build());
    return endpoint;
  }

  /** A slice of tasks. Unless all tasks of the service are ready, one of the first is not. */
  private EndpointSlice slice(int number, int ready) {
    List<Endpoint> endpoints =
        IntStream.range(number * IN_SLICE, Math.min(size, (number + 1) * IN_SLICE))
            .mapToObj(i ->
                new EndpointBuilder()
                    .withAddresses(address(i).toString())
                    .withNewConditions()
                    .withReady(true)
                    .withServing(i != 7 || ready == size)
                    .withTerminating(false)
                    .endConditions()
                    .build())
            .toList();
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withName("many-%s-tasks-ipv4-%d".formatted(network, number))
        .withNamespace("default")
        .withLabels(Map.of(Names.NETWORK_LABEL, network, Names.SERVICE_LABEL, "many-" + network))
        .endMetadata()
        .withAddressType("IPv4")
        .withEndpoints(endpoints)
        .build();
  }
}
