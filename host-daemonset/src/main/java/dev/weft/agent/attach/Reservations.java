package dev.weft.agent.attach;

import dev.weft.agent.attach.claim.AttachError;
import dev.weft.agent.attach.claim.Deadline;
import dev.weft.agent.attach.claim.EndpointClaimer;
import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.cluster.BoundPods;
import dev.weft.agent.sandbox.AddressOwner;
import dev.weft.api.Attachment;
import dev.weft.api.Attachments;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.SandboxReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims endpoints for pods that are bound to the node and have no sandbox yet. The start of a pod
 * waits for its wiring, so this saves it the wait for the API server. A few reservations run at a
 * time; an attempt for the sandbox claims whatever is not reserved by then.
 */
public final class Reservations {
  private static final Logger LOG = LoggerFactory.getLogger(Reservations.class);

  /** Reservations at a time: enough to hide the API server's latency, few beside the attempts. */
  private static final int AT_A_TIME = 8;

  /** Interfaces of every sandbox when the runtime calls the agent. */
  private static final Probe.View NEW_SANDBOX =
      new Probe.View(false, Set.of("lo", "eth0"), Set.of("lo", "eth0"));

  private final BoundPods pods;
  private final EndpointClaimer claimant;
  private final Consumer<String> vain;
  private final Map<String, Reservation> byOwner = new ConcurrentHashMap<>();
  private final Semaphore turns = new Semaphore(AT_A_TIME, true);

  private static final class Reservation {
    final AtomicBoolean begun = new AtomicBoolean();
    final CompletableFuture<Void> done = new CompletableFuture<>();
  }

  /**
   * Reserves with {@code claimant}.
   *
   * @param vain receives the UID of a pod that ended during its reservation
   */
  public Reservations(BoundPods pods, EndpointClaimer claimant, Consumer<String> vain) {
    this.pods = pods;
    this.claimant = claimant;
    this.vain = vain;
  }

  /** Reserves for a pod bound to this node, unless that was done before. */
  public void bound(Pod pod) {
    String networks = BoundPods.networks(pod);
    if (networks.isBlank()) {
      return;
    }
    AddressOwner holder =
        new AddressOwner(
            new SandboxReference(
                null,
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                null));
    Reservation reservation = new Reservation();
    if (byOwner.putIfAbsent(holder.owner(), reservation) == null) {
      Thread _ =
          Thread.ofVirtual()
              .name("reserve for " + holder)
              .start(() -> inTurn(reservation, () -> reserve(holder, networks)));
    }
  }

  /**
   * Ends the reservation for a sandbox that appeared: nothing more is reserved after this returns.
   */
  void conclude(AddressOwner holder, Deadline deadline) throws AttachError {
    Reservation reservation = byOwner.computeIfAbsent(holder.owner(), _ -> new Reservation());
    if (reservation.begun.compareAndSet(false, true)) {
      reservation.done.complete(null);
    }
    try {
      reservation.done.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw AttachError.passing(
          "the API server has not confirmed the sandbox's addresses yet; the agent tries again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Forgets a pod that has ended, or a sandbox that has. */
  public void forget(String owner) {
    byOwner.remove(owner);
  }

  private void inTurn(Reservation reservation, Runnable work) {
    turns.acquireUninterruptibly();
    try {
      if (reservation.begun.compareAndSet(false, true)) {
        work.run();
      }
    } finally {
      reservation.done.complete(null);
      turns.release();
    }
  }

  private void reserve(AddressOwner holder, String networks) {
    List<Attachment> wanted;
    try {
      wanted = Attachments.parse(networks);
    } catch (InvalidAttachments e) {
      LOG.atDebug().addKeyValue("pod", holder).log("nothing reserved: {}", e.getMessage());
      return;
    }
    if (claimant.isKnown(holder)) {
      return;
    }
    try {
      claimant
          .claim(holder, wanted, NEW_SANDBOX, Deadline.in(Deadlines.ATTEMPT))
          .refusals()
          .forEach(each ->
              LOG.atDebug().addKeyValue("pod", holder).log("not reserved: {}", each.getMessage()));
    } catch (RuntimeException e) {
      LOG.atDebug().addKeyValue("pod", holder).setCause(e).log("a reservation failed");
    }
    if (!pods.mayStart(holder.reference())) {
      vain.accept(holder.owner());
    }
  }
}
