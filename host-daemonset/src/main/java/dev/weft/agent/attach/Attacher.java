package dev.weft.agent.attach;

import dev.weft.agent.attach.claim.AttachError;
import dev.weft.agent.attach.claim.Deadline;
import dev.weft.agent.attach.claim.EndpointClaimer;
import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.desired.RequestedNetworks;
import dev.weft.agent.retry.Backoff;
import dev.weft.agent.retry.Timer;
import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.SandboxListener;
import dev.weft.api.Attachment;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.NetworkEndpoint;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attaches sandboxes to the networks that they request: claims endpoints, then wires them. A
 * network that cannot be attached does not block the others. A failed attempt is repeated when a
 * change may have removed its cause; if the API server or a timeout was the cause, after a delay.
 */
public final class Attacher implements SandboxListener {
  private static final Logger LOG = LoggerFactory.getLogger(Attacher.class);

  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

  /** Delay of work that nothing waits for: the start of a pod comes first. */
  private static final Duration CALM = Duration.ofSeconds(1);

  private static final Probe.View NOTHING = new Probe.View(false, Set.of(), Set.of());

  private final EndpointClaimer claimant;
  private final RequestedNetworks requested;
  private final Reservations reservations;
  private final Probe probe;
  private final EndpointWirer wirer;
  private final AttachReports verdicts;
  private final Timer timer;
  private final Clock clock;
  private final Map<String, AttachState> known = new ConcurrentHashMap<>();
  private volatile Runnable whenSynced = () -> {};

  /** An attacher that inspects sandboxes with {@code probe} and wires them with {@code wirer}. */
  public Attacher(
      EndpointClaimer claimant,
      RequestedNetworks requested,
      Reservations reservations,
      Probe probe,
      EndpointWirer wirer,
      AttachReports verdicts,
      Timer timer,
      Clock clock) {
    this.claimant = claimant;
    this.requested = requested;
    this.reservations = reservations;
    this.probe = probe;
    this.wirer = wirer;
    this.verdicts = verdicts;
    this.timer = timer;
    this.clock = clock;
  }

  /** Sets a task to run when all sandboxes are known. */
  public void onSynced(Runnable task) {
    whenSynced = task;
  }

  @Override
  public AttachResult attach(Sandbox sandbox) {
    return attempt(attempts(sandbox));
  }

  @Override
  public AttachResult adopt(Sandbox sandbox) {
    AttachState attempts = attempts(sandbox);
    attempts.late = true;
    return attempt(attempts);
  }

  private AttachState attempts(Sandbox sandbox) {
    AttachState attempts = known.computeIfAbsent(sandbox.id(), _ -> new AttachState(sandbox));
    attempts.sandbox = sandbox;
    return attempts;
  }

  @Override
  public void detach(Sandbox sandbox) {
    AttachState attempts = known.remove(sandbox.id());
    if (attempts != null) {
      attempts.over = true;
    }
    reservations.forget(sandbox.owner());
    claimant.unbind(sandbox);
    LOG.atInfo()
        .addKeyValue("sandbox", sandbox.id())
        .addKeyValue("pod", sandbox)
        .log("sandbox ended");
    look(sandbox);
  }

  private void look(Sandbox sandbox) {
    claimant
        .holdingsOf(sandbox)
        .forEach(each -> {
          CompletableFuture<?> _ = wirer.wire(each.network(), each.endpoint());
        });
  }

  /**
   * Whether an attempt is attaching the endpoint's sandbox; it then handles the endpoint as well.
   */
  public boolean attaches(NetworkEndpoint endpoint) {
    return known.values().stream()
        .anyMatch(each -> each.lock.isLocked() && each.sandbox.owns(endpoint));
  }

  @Override
  public void synced() {
    whenSynced.run();
  }

  /** A network changed: retries failed attempts that request it. */
  public void changed(String network) {
    for (AttachState each : known.values()) {
      boolean waits = !each.isWired() && each.networks.contains(network);
      if (waits || standsInAnew(each, network)) {
        again(each);
      }
    }
  }

  /** Whether a network has begun to stand for a definition that the sandbox asks Multus for. */
  private boolean standsInAnew(AttachState attempts, String network) {
    return !attempts.networks.contains(network)
        && requested.standing(attempts.sandbox).contains(network);
  }

  /**
   * An endpoint of this node is gone: retries its sandbox, which needs another if it still runs.
   */
  public void lost(NetworkEndpoint endpoint) {
    for (AttachState each : known.values()) {
      if (each.sandbox.owns(endpoint)) {
        again(each);
      }
    }
  }

  private void again(AttachState attempts) {
    if (attempts.due.compareAndSet(false, true)) {
      Thread.ofVirtual().name("attach again").start(() -> retry(attempts));
    }
  }

  private void retry(AttachState attempts) {
    AttachResult verdict = attempt(attempts);
    if (!attempts.over) {
      verdicts.answer(attempts.sandbox, verdict);
    }
  }

  private AttachResult attempt(AttachState attempts) {
    attempts.lock.lock();
    try {
      attempts.due.set(false);
      if (attempts.over) {
        return new AttachResult.Untried();
      }
      List<AttachError> refusals = refusals(attempts, attempts.sandbox);
      AttachResult verdict = conclude(attempts, refusals);
      boolean heals = !refusals.isEmpty() && refusals.stream().allMatch(AttachError::isPassing);
      if (attempts.isNews(verdict, heals, clock.instant()) && !attempts.over) {
        verdicts.report(attempts.sandbox, verdict);
      }
      attempts.last = verdict;
      return verdict;
    } finally {
      attempts.lock.unlock();
      if (attempts.over) {
        // the sandbox may have been detached before its last claim was known
        look(attempts.sandbox);
      }
    }
  }

  /** One attempt; empty: the sandbox is attached. */
  private List<AttachError> refusals(AttachState attempts, Sandbox sandbox) {
    List<Attachment> wanted;
    try {
      wanted = requested.of(sandbox);
    } catch (InvalidAttachments e) {
      attempts.networks = requested.standing(sandbox);
      return List.of(AttachError.until("the annotation cannot be read: " + e.getMessage()));
    }
    attempts.networks = wanted.stream().map(Attachment::network).collect(Collectors.toSet());
    Deadline deadline = Deadline.in(Deadlines.ATTEMPT);
    List<AttachError> refusals = new ArrayList<>();
    try {
      Probe.View view = wanted.isEmpty() ? NOTHING : probe.look(sandbox);
      attempts.saw(view);
      wanted = withoutMultus(sandbox, wanted, view);
      reservations.conclude(sandbox.holder(), deadline);
      claimant.revise(sandbox.holder(), wanted, view);
      EndpointClaimer.Claimed claimed = claimant.claim(sandbox.holder(), wanted, view, deadline);
      refusals.addAll(claimed.refusals());
      claimed.interfaces().stream()
          .filter(each -> !view.interfaces().contains(each.name()))
          .forEach(each -> attempts.lacking.add(each.network()));
      wire(sandbox, claimed.interfaces(), deadline, refusals);
      if (refusals.isEmpty() && attempts.late && !attempts.lacking.isEmpty()) {
        verdicts.late(sandbox, attempts.lacking.stream().sorted().toList());
      }
      if (refusals.isEmpty()) {
        attempts.lacking.clear();
      }
    } catch (AttachError refusal) {
      refusals.add(refusal);
    } catch (RuntimeException e) {
      LOG.atDebug().addKeyValue("sandbox", sandbox.id()).setCause(e).log("an attempt failed");
      Throwable why = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
      refusals.add(
          AttachError.passing(
              "%s: %s; if it lasts, see the agent's log; the agent tries again"
                  .formatted(sandbox.netns(), why.getMessage())));
    }
    return refusals;
  }

  /** What is left to attach: an interface that Multus has made already stays Multus's. */
  private static List<Attachment> withoutMultus(
      Sandbox sandbox, List<Attachment> wanted, Probe.View view) {
    return RequestedNetworks.isByMultus(sandbox)
        ? wanted.stream()
            .filter(each -> !view.foreign().contains(String.valueOf(each.interfaceName())))
            .toList()
        : wanted;
  }

  private void wire(
      Sandbox sandbox,
      List<EndpointClaimer.Interface> claimed,
      Deadline deadline,
      List<AttachError> refusals) {
    Map<EndpointClaimer.Interface, CompletableFuture<Optional<AttachError>>> answers =
        new LinkedHashMap<>();
    claimed.forEach(
        each -> answers.put(each, wirer.wire(each.network(), sandbox.endpoint(each.name()))));
    answers.forEach((each, answer) -> {
      String network = each.network();
      try {
        answer.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS).ifPresent(refusals::add);
      } catch (TimeoutException | ExecutionException e) {
        refusals.add(
            AttachError.passing(
                "network %s is not wired within %d ms; the agent continues"
                    .formatted(network, Deadlines.ATTEMPT.toMillis())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
  }

  private void bind(AttachState attempts) {
    if (!attempts.over) {
      claimant.bind(attempts.sandbox);
    }
  }

  private AttachResult conclude(AttachState attempts, List<AttachError> refusals) {
    if (refusals.isEmpty()) {
      attempts.failures = 0;
      timer.after(CALM, () -> bind(attempts));
      return new AttachResult.Wired();
    }
    if (refusals.stream().anyMatch(AttachError::isPassing)) {
      attempts.failures = attempts.failures + 1;
      timer.after(BACKOFF.delay(attempts.failures), () -> again(attempts));
    } else {
      attempts.failures = 0;
    }
    return new AttachResult.Refused(
        refusals.stream().map(AttachError::getMessage).collect(Collectors.joining("; ")));
  }
}
