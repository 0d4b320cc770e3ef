package dev.weft.e2e.kubelet;

import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.KubeletLab;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Repeatedly checks every address in every sandbox: no two sandboxes hold it, and its endpoint
 * exists and belongs to the pod. A violation counts if it persists in two checks with a read of the
 * API between them. A single one may be a pod that starts or ends.
 */
final class AddressWatch implements AutoCloseable {
  private final KubeletLab lab;
  private final Set<String> faults = ConcurrentHashMap.newKeySet();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final Thread thread;
  private volatile boolean ended;

  private AddressWatch(KubeletLab lab) {
    this.lab = lab;
    this.thread = Thread.ofPlatform().daemon().name("address watch").unstarted(this::watch);
  }

  static AddressWatch start(KubeletLab lab) {
    AddressWatch watch = new AddressWatch(lab);
    watch.thread.start();
    return watch;
  }

  /** All faults so far. */
  Set<String> faults() {
    return Set.copyOf(faults);
  }

  /** Number of checks, and the most addresses in one check. */
  String summary() {
    return "%d looks at up to %d addresses".formatted(looks.get(), most.get());
  }

  private void watch() {
    while (!ended) {
      try {
        look();
      } catch (RuntimeException e) {
        faults.add("the watch itself failed: " + e);
        return;
      }
    }
  }

  private void look() {
    List<SandboxAddresses.Held> first = SandboxAddresses.read(lab);
    Map<String, NetworkEndpoint> endpoints = endpoints();
    Map<String, Pod> pods = pods();
    Set<SandboxAddresses.Held> both = new HashSet<>(SandboxAddresses.read(lab));
    both.retainAll(first);
    both.stream()
        .collect(Collectors.groupingBy(SandboxAddresses.Held::address))
        .forEach((address, holders) -> {
          if (holders.size() > 1) {
            faults.add("%s is held twice: %s".formatted(address, holders));
          }
          holders.forEach(each -> judge(each, endpoints, pods));
        });
    looks.incrementAndGet();
    most.accumulateAndGet(both.size(), Math::max);
  }

  private void judge(
      SandboxAddresses.Held held, Map<String, NetworkEndpoint> endpoints, Map<String, Pod> pods) {
    NetworkEndpoint endpoint = endpoints.get(held.address());
    if (endpoint == null) {
      faults.add("%s is in use and has no endpoint".formatted(held));
      return;
    }
    Pod pod = pods.get(held.pod());
    if (pod != null
        && endpoint.getSpec().sandbox() != null
        && !Objects.equals(pod.getMetadata().getUid(), endpoint.getSpec().sandbox().podUid())) {
      faults.add(
          "%s of pod %s is in use, and its endpoint is of %s"
              .formatted(held, pod.getMetadata().getName(), endpoint.getSpec().sandbox()));
    }
  }

  private Map<String, NetworkEndpoint> endpoints() {
    return PodNetworks.NAMES.stream()
        .flatMap(each -> new Cluster(lab.client()).endpoints(each).stream())
        .collect(Collectors.toMap(PodNetworks::address, each -> each));
  }

  /** Running pods that are not being deleted, by the address that the runtime gave them. */
  private Map<String, Pod> pods() {
    return lab.client().pods().inNamespace("default").list().getItems().stream()
        .filter(Cluster::isRunning)
        .filter(each -> each.getMetadata().getDeletionTimestamp() == null)
        .filter(each -> each.getStatus().getPodIP() != null)
        .collect(
            Collectors.toMap(each -> each.getStatus().getPodIP(), each -> each, (one, _) -> one));
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
