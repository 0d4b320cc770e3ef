package dev.weft.agent.nri;

import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.SandboxListener;
import dev.weft.api.SandboxReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Running sandboxes that request networks, as the runtime reports them. It ignores others. */
final class Pods {
  private static final Logger LOG = LoggerFactory.getLogger(Pods.class);

  private final SandboxListener wiring;
  private final Map<String, Sandbox> running = new ConcurrentHashMap<>();

  /**
   * Sandboxes missing from the list at the start of the session, without an event that ended them.
   */
  private final Set<String> doubtful = ConcurrentHashMap.newKeySet();

  /** Sandboxes that ended since that list. */
  private final Set<String> ended = ConcurrentHashMap.newKeySet();

  private volatile boolean synced;
  private volatile boolean settled;

  Pods(SandboxListener wiring) {
    this.wiring = wiring;
  }

  Collection<Sandbox> running() {
    return List.copyOf(running.values());
  }

  /** Whether the runtime has listed its sandboxes once. */
  boolean isSynced() {
    return synced;
  }

  /** Whether a sandbox may be running; true for all before two lists agree. */
  boolean mayRun(String idOrOwner) {
    return !settled
        || running.containsKey(idOrOwner)
        || running.values().stream().anyMatch(each -> each.owner().equals(idOrOwner));
  }

  /**
   * Wires a starting sandbox. It is wired when this returns, or must not start.
   *
   * @param patience time limit
   * @return why it is not wired
   */
  Optional<String> starting(PodSandbox pod, Duration patience) {
    if (!pod.asksForNetworks()) {
      return Optional.empty();
    }
    try {
      Sandbox sandbox = sandbox(pod);
      running.put(sandbox.id(), sandbox);
      return switch (within(patience, sandbox)) {
        case AttachResult.Wired() -> Optional.empty();
        case AttachResult.Untried() -> Optional.empty();
        case AttachResult.Refused(String why) -> {
          // all or nothing: detaches the networks that were wired
          over(sandbox.id());
          yield Optional.of("weft: " + why);
        }
      };
    } catch (IllegalArgumentException e) {
      return Optional.of("weft: " + e.getMessage());
    }
  }

  /** A sandbox has ended. */
  void over(String id) {
    if (!settled || !doubtful.isEmpty()) {
      ended.add(id);
    }
    doubtful.remove(id);
    Sandbox sandbox = running.remove(id);
    if (sandbox != null) {
      wiring.detach(sandbox);
    }
  }

  /** Takes the list of sandboxes that opens a session. */
  void listed(List<PodSandbox> pods) {
    ended.clear();
    Set<String> ids = adopt(pods);
    doubtful.clear();
    running.keySet().stream().filter(each -> !ids.contains(each)).forEach(doubtful::add);
    synced = true;
    Thread.ofVirtual().name("nri listed").start(wiring::synced);
  }

  /** Takes the second list of a session, requested a while after the first. */
  void listedAgain(List<PodSandbox> pods) {
    Set<String> ids = adopt(pods);
    List.copyOf(doubtful).stream().filter(each -> !ids.contains(each)).forEach(this::over);
    doubtful.clear();
    settled = true;
    ended.clear();
    Thread.ofVirtual().name("nri settled").start(wiring::synced);
  }

  private Set<String> adopt(List<PodSandbox> pods) {
    Map<String, Sandbox> found = new HashMap<>();
    for (PodSandbox pod : pods) {
      if (pod.asksForNetworks() && NamespaceFiles.find(pod).isPresent()) {
        try {
          found.put(pod.id(), sandbox(pod));
        } catch (IllegalArgumentException e) {
          LOG.atWarn().addKeyValue("pod", pod.name()).log("left out: {}", e.getMessage());
        }
      }
    }
    found.values().stream()
        .filter(each -> !ended.contains(each.id()))
        .filter(each -> running.putIfAbsent(each.id(), each) == null)
        .forEach(each -> {
          Thread _ =
              Thread.ofVirtual()
                  .name("adopt " + each.id())
                  .start(() -> {
                    AttachResult _ = whileItRuns(each, wiring::adopt);
                  });
        });
    return new HashSet<>(found.keySet());
  }

  /**
   * Wires a sandbox, and detaches it if it ended meanwhile: its end may be reported before its
   * start.
   */
  private AttachResult whileItRuns(Sandbox sandbox, Function<Sandbox, AttachResult> wire) {
    AttachResult verdict = wire.apply(sandbox);
    if (!running.containsKey(sandbox.id())) {
      wiring.detach(sandbox);
    }
    return verdict;
  }

  private AttachResult within(Duration patience, Sandbox sandbox) {
    CompletableFuture<AttachResult> verdict = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("attach " + sandbox.id())
        .start(() -> {
          try {
            verdict.complete(whileItRuns(sandbox, wiring::attach));
          } catch (RuntimeException e) {
            verdict.completeExceptionally(e);
          }
        });
    long start = System.nanoTime();
    try {
      AttachResult known = verdict.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      LOG.atInfo()
          .addKeyValue("pod", sandbox)
          .log("its start was held for {} ms", (System.nanoTime() - start) / 1_000_000);
      return known;
    } catch (TimeoutException e) {
      return new AttachResult.Refused(
          "the networks were not wired within %d ms; see the agent's log"
              .formatted(patience.toMillis()));
    } catch (ExecutionException e) {
      LOG.atError().addKeyValue("sandbox", sandbox.id()).setCause(e).log("cannot attach");
      return new AttachResult.Refused("the agent failed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new AttachResult.Refused("the agent ends");
    }
  }

  /**
   * The sandbox to wire. Without a namespace of its own it uses the node's.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  private static Sandbox sandbox(PodSandbox pod) {
    Path netns =
        pod.netns().isEmpty()
            ? NamespaceFiles.own()
            : NamespaceFiles.find(pod)
                .orElseThrow(() ->
                    new IllegalArgumentException(
                        "the agent does not see the pod's network namespace %s; mount the"
                                .formatted(pod.netns())
                            + " host's /run/netns into the agent's pod"));
    return new Sandbox(
        new SandboxReference(pod.id(), pod.namespace(), pod.name(), pod.uid(), null),
        netns,
        pod.networks(),
        pod.multus());
  }
}
