package dev.weft.agent.attach;

import dev.weft.agent.attach.claim.Claimant;
import dev.weft.agent.attach.claim.Deadline;
import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.attach.claim.Refusal;
import dev.weft.agent.retry.Backoff;
import dev.weft.agent.retry.Timer;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.Verdict;
import dev.weft.agent.sandbox.Wiring;
import dev.weft.api.Attachment;
import dev.weft.api.Attachments;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.NetworkEndpoint;
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
 * Attaches sandboxes to the networks that they ask for: claims what each needs, then has it wired.
 * Networks that cannot be had keep a sandbox from no other. An attempt that failed is made again
 * when its cause may have gone; only where the API server or time was the cause, after a while.
 */
public final class Attacher implements Wiring {
  private static final Logger LOG = LoggerFactory.getLogger(Attacher.class);

  /** Below the two seconds after which a container runtime starts the pod without us. */
  static final Duration PATIENCE = Duration.ofMillis(1500);

  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

  /** How long what nobody waits for is put off: a start has enough to do with itself. */
  private static final Duration CALM = Duration.ofSeconds(1);

  private static final Probe.View NOTHING = new Probe.View(false, Set.of(), Set.of(), Set.of());

  private final Claimant claimant;
  private final Reservations reservations;
  private final Probe probe;
  private final Wirer wirer;
  private final Verdicts verdicts;
  private final Timer timer;
  private final Map<String, Attempts> known = new ConcurrentHashMap<>();
  private volatile Runnable whenSynced = () -> {};

  /** An attacher that looks into sandboxes by {@code probe} and wires by {@code wirer}. */
  public Attacher(
      Claimant claimant,
      Reservations reservations,
      Probe probe,
      Wirer wirer,
      Verdicts verdicts,
      Timer timer) {
    this.claimant = claimant;
    this.reservations = reservations;
    this.probe = probe;
    this.wirer = wirer;
    this.verdicts = verdicts;
    this.timer = timer;
  }

  /** Has {@code task} run when all sandboxes are known. */
  public void onSynced(Runnable task) {
    whenSynced = task;
  }

  @Override
  public Verdict attach(Sandbox sandbox) {
    return attempt(attempts(sandbox));
  }

  @Override
  public Verdict adopt(Sandbox sandbox) {
    Attempts attempts = attempts(sandbox);
    attempts.late = true;
    return attempt(attempts);
  }

  private Attempts attempts(Sandbox sandbox) {
    Attempts attempts = known.computeIfAbsent(sandbox.id(), _ -> new Attempts(sandbox));
    attempts.sandbox = sandbox;
    return attempts;
  }

  @Override
  public void detach(Sandbox sandbox) {
    Attempts attempts = known.remove(sandbox.id());
    if (attempts != null) {
      attempts.over = true;
    }
    reservations.forget(sandbox.owner());
    claimant.unname(sandbox);
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

  /** Whether an endpoint's sandbox is being attached, which sees to the endpoint as well. */
  public boolean attaches(NetworkEndpoint endpoint) {
    return known.values().stream()
        .anyMatch(each -> each.lock.isLocked() && each.sandbox.owns(endpoint));
  }

  @Override
  public void synced() {
    whenSynced.run();
  }

  /** Something about a network changed that may let attempts succeed that failed before. */
  public void changed(String network) {
    for (Attempts each : known.values()) {
      if (!each.isWired() && each.networks.contains(network)) {
        again(each);
      }
    }
  }

  /** An endpoint of this node is gone; a sandbox that still runs needs another. */
  public void lost(NetworkEndpoint endpoint) {
    for (Attempts each : known.values()) {
      if (each.sandbox.owns(endpoint)) {
        again(each);
      }
    }
  }

  private void again(Attempts attempts) {
    if (attempts.due.compareAndSet(false, true)) {
      Thread.ofVirtual().name("attach again").start(() -> retry(attempts));
    }
  }

  private void retry(Attempts attempts) {
    Verdict verdict = attempt(attempts);
    if (!attempts.over) {
      verdicts.report(attempts.sandbox, verdict);
    }
  }

  private Verdict attempt(Attempts attempts) {
    attempts.lock.lock();
    try {
      attempts.due.set(false);
      if (attempts.over) {
        return new Verdict.Untried();
      }
      Verdict verdict = attempt(attempts, attempts.sandbox);
      if (!verdict.equals(attempts.last) && !attempts.over) {
        verdicts.tell(attempts.sandbox, verdict);
      }
      attempts.last = verdict;
      return verdict;
    } finally {
      attempts.lock.unlock();
      if (attempts.over) {
        // who let go of what the sandbox held may not have known what was claimed just then
        look(attempts.sandbox);
      }
    }
  }

  private Verdict attempt(Attempts attempts, Sandbox sandbox) {
    List<Attachment> wanted;
    try {
      wanted = Attachments.parse(sandbox.networks());
    } catch (InvalidAttachments e) {
      return new Verdict.Refused("the annotation cannot be read: " + e.getMessage());
    }
    attempts.networks = wanted.stream().map(Attachment::network).collect(Collectors.toSet());
    Deadline deadline = Deadline.in(PATIENCE);
    List<Refusal> refusals = new ArrayList<>();
    try {
      Probe.View view = wanted.isEmpty() ? NOTHING : probe.look(sandbox);
      reservations.conclude(sandbox.holder(), deadline);
      claimant.revise(sandbox.holder(), wanted, view);
      Claimant.Claimed claimed = claimant.claim(sandbox.holder(), wanted, view, deadline);
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
    } catch (Refusal refusal) {
      refusals.add(refusal);
    } catch (RuntimeException e) {
      LOG.atDebug().addKeyValue("sandbox", sandbox.id()).setCause(e).log("an attempt failed");
      Throwable why = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
      refusals.add(
          Refusal.passing(
              "%s: %s; it is tried again".formatted(sandbox.netns(), why.getMessage())));
    }
    return conclude(attempts, refusals);
  }

  private void wire(
      Sandbox sandbox,
      List<Claimant.Interface> claimed,
      Deadline deadline,
      List<Refusal> refusals) {
    Map<Claimant.Interface, CompletableFuture<Optional<String>>> answers = new LinkedHashMap<>();
    claimed.forEach(
        each -> answers.put(each, wirer.wire(each.network(), sandbox.endpoint(each.name()))));
    answers.forEach((each, answer) -> {
      String network = each.network();
      try {
        answer
            .get(deadline.left().toNanos(), TimeUnit.NANOSECONDS)
            .ifPresent(
                why -> refusals.add(Refusal.until("network %s: %s".formatted(network, why))));
      } catch (TimeoutException | ExecutionException e) {
        refusals.add(
            Refusal.passing(
                "network %s is not wired within %d ms; it goes on"
                    .formatted(network, PATIENCE.toMillis())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
  }

  private void name(Attempts attempts) {
    if (!attempts.over) {
      claimant.name(attempts.sandbox);
    }
  }

  private Verdict conclude(Attempts attempts, List<Refusal> refusals) {
    if (refusals.isEmpty()) {
      attempts.failures = 0;
      timer.after(CALM, () -> name(attempts));
      return new Verdict.Wired();
    }
    if (refusals.stream().anyMatch(Refusal::isPassing)) {
      attempts.failures = attempts.failures + 1;
      timer.after(BACKOFF.delay(attempts.failures), () -> again(attempts));
    } else {
      attempts.failures = 0;
    }
    return new Verdict.Refused(
        refusals.stream().map(Refusal::getMessage).collect(Collectors.joining("; ")));
  }
}
