package dev.weft.operator.network;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayService;
import dev.weft.api.Reason;
import dev.weft.api.SandboxReference;
import dev.weft.api.ServiceReference;
import dev.weft.operator.event.ForeignWrite;
import dev.weft.operator.event.NetworkEvents;
import dev.weft.operator.event.StatusChange;
import dev.weft.operator.kube.ConditionalWrites;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases endpoints that no agent will ever release, and those that another node's agent took. The
 * API server must confirm an orphan before it is deleted, because a cache may not show the pod yet.
 */
final class Orphans {
  private static final Logger log = LoggerFactory.getLogger(Orphans.class);

  private final KubernetesClient client;
  private final NetworkEvents events;
  private final Clock clock;

  Orphans(KubernetesClient client, NetworkEvents events, Clock clock) {
    this.client = client;
    this.events = events;
    this.clock = clock;
  }

  /**
   * Removes the orphans among a network's endpoints.
   *
   * @return time of the next check; empty: none is scheduled
   */
  Optional<Instant> collect(ObservedNetwork observed, NetworkSources sources) {
    Optional<Instant> next = Optional.empty();
    sources.foreign(observed.network()).forEach(each -> expel(observed, each));
    for (NetworkEndpoint endpoint : observed.endpoints()) {
      Optional<ForeignObject> foreign = ForeignObject.of(endpoint, observed.network());
      if (foreign.isPresent()) {
        expel(observed, foreign.get());
        continue;
      }
      SandboxReference sandbox = endpoint.getSpec().sandbox();
      Optional<Pod> pod = sandbox == null ? Optional.empty() : sources.pod(sandbox);
      Optional<String> wrong = pod.flatMap(each -> ForeignWrite.of(endpoint, each));
      if (wrong.isPresent()) {
        String why = wrong.get() + "; it is removed; find out who has an agent's token";
        events.record(observed.network(), StatusChange.warning(Reason.FOREIGN_WRITE, why));
        remove(endpoint, why);
        continue;
      }
      if (isOfAnother(endpoint, observed.network())) {
        remove(endpoint, "its network does not exist");
        continue;
      }
      String node = endpoint.getSpec().node();
      ServiceReference service = endpoint.getSpec().service();
      if (service != null && !sources.hasService(service) && isGone(service)) {
        remove(endpoint, "its service is gone");
      }
      if (node == null) {
        continue;
      }
      boolean podIsThere = pod.isPresent();
      switch (OrphanVerdict.of(endpoint, observed.node(node), podIsThere, clock.instant())) {
        case OrphanVerdict.Kept() -> {}
        case OrphanVerdict.KeptUntil(Instant time) ->
            next = Optional.of(next.filter(time::isAfter).orElse(time));
        case OrphanVerdict.OfNoNode() -> {
          if (isGone(node)) {
            remove(endpoint, "its node is gone");
          }
        }
        case OrphanVerdict.OfNoPod() -> {
          if (sandbox != null && isGone(sandbox)) {
            remove(endpoint, "its pod is gone and the agent of its node does not answer");
          }
        }
      }
    }
    return next;
  }

  private void expel(ObservedNetwork observed, ForeignObject foreign) {
    String why = foreign.why() + "; it is removed; find out who has an agent's token";
    events.record(observed.network(), StatusChange.warning(Reason.FOREIGN_WRITE, why));
    if (foreign.remove(client)) {
      log.atWarn().addKeyValue("network", observed.network().getMetadata().getName()).log(why);
    }
  }

  /**
   * Whether an endpoint belongs to another network of the same name, which is gone or never
   * existed. No agent will release such an endpoint, and until it is removed it blocks its address.
   */
  private boolean isOfAnother(NetworkEndpoint endpoint, ContainerNetwork network) {
    String uid = endpoint.getSpec().networkUid();
    if (Objects.equals(uid, network.getMetadata().getUid())) {
      return false;
    }
    ContainerNetwork now =
        client.resources(ContainerNetwork.class).withName(network.getMetadata().getName()).get();
    return now != null && !Objects.equals(uid, now.getMetadata().getUid());
  }

  private boolean isGone(String node) {
    return client.nodes().withName(node).get() == null
        && client.resources(MeshNode.class).withName(node).get() == null;
  }

  private boolean isGone(SandboxReference sandbox) {
    if (sandbox.pod() == null || sandbox.namespace() == null) {
      return false;
    }
    Pod pod = client.pods().inNamespace(sandbox.namespace()).withName(sandbox.pod()).get();
    return pod == null || !Objects.equals(pod.getMetadata().getUid(), sandbox.podUid());
  }

  private boolean isGone(ServiceReference service) {
    if (service.name() == null || service.namespace() == null) {
      return false;
    }
    return client
            .resources(OverlayService.class)
            .inNamespace(service.namespace())
            .withName(service.name())
            .get()
        == null;
  }

  private void remove(NetworkEndpoint endpoint, String why) {
    if (!ConditionalWrites.delete(client, endpoint)) {
      return;
    }
    log.atInfo()
        .addKeyValue("network", endpoint.getSpec().network())
        .addKeyValue("node", endpoint.getSpec().node())
        .addKeyValue("endpoint", endpoint.getMetadata().getName())
        .log("released: {}", why);
  }
}
