package dev.weft.agent;

import dev.weft.agent.attach.Attacher;
import dev.weft.agent.attach.Reservations;
import dev.weft.agent.cluster.BoundPods;
import dev.weft.agent.cluster.Cache;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.cluster.EndpointCaches;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.desired.KeySpecs;
import dev.weft.agent.loop.Loop;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.status.EndpointReports;
import dev.weft.agent.status.HostNetworkReports;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Driver;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.Mode;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NodeKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns changes of the cluster into work for the loops and the attacher. */
final class ClusterWatch implements ClusterCaches.Listener {
  private final ClusterCaches cluster;
  private final Loops loops;
  private final Attaching attaching;
  private final OwnStatuses statuses;
  private final EndpointRequests requests;

  /** Loops over the node's kernel, and over the packet filters of sandboxes. */
  record Loops(Loop node, Loop balancing) {}

  /** The attacher of sandboxes, and reservations for sandboxes that do not exist yet. */
  record Attaching(Attacher attacher, Reservations reservations) {}

  /** Statuses that this agent writes. It ignores their echo in the watch. */
  record OwnStatuses(HostNetworkReports hostNetworks, EndpointReports endpoints) {}

  ClusterWatch(ClusterCaches cluster, Loops loops, Attaching attaching, OwnStatuses statuses) {
    this.cluster = cluster;
    this.loops = loops;
    this.attaching = attaching;
    this.statuses = statuses;
    this.requests = new EndpointRequests(cluster.endpoints(), loops.node);
  }

  @Override
  public void network(@Nullable ContainerNetwork before, @Nullable ContainerNetwork after) {
    if (isPlan(before) || isPlan(after)) {
      ContainerNetwork either = Objects.requireNonNull(after == null ? before : after);
      loops.node.ask(PassScope.network(either.getMetadata().getName()));
    }
    if (isEncrypted(before) != isEncrypted(after)) {
      loops.node.ask(PassScope.KEYS);
    }
    if (after != null) {
      attaching.attacher.changed(after.getMetadata().getName());
    }
  }

  @Override
  public void hostNetwork(@Nullable HostNetwork before, @Nullable HostNetwork after) {
    if (isEncrypted(before) != isEncrypted(after)) {
      loops.node.ask(PassScope.KEYS);
    }
    if (after != null) {
      hostNetworkChanged(before, after);
    } else if (before != null) {
      String network = ClusterCaches.networkOf(before);
      cluster.endpoints().unfollow(network);
      cluster.slices().unfollow(network);
      loops.balancing.ask(PassScope.network(network));
      loops.node.ask(PassScope.network(network));
      attaching.attacher.changed(network);
    }
  }

  private void hostNetworkChanged(@Nullable HostNetwork before, HostNetwork after) {
    String network = ClusterCaches.networkOf(after);
    boolean same =
        before != null
            && sameGeneration(before, after)
            && Objects.equals(before.getFinalizers(), after.getFinalizers());
    if (!same || !statuses.hostNetworks.confirm(after)) {
      CompletableFuture<Void> _ =
          cluster
              .endpoints()
              .follow(network)
              .thenRun(() -> {
                loops.node.ask(PassScope.network(network));
                attaching.attacher.changed(network);
              });
    }
  }

  @Override
  public void meshNode(@Nullable MeshNode before, @Nullable MeshNode after) {
    MeshNode either = Objects.requireNonNull(after == null ? before : after);
    boolean mine = either.getMetadata().getName().equals(cluster.node());
    if (mine && !Objects.equals(publicAddress(before), publicAddress(after))) {
      loops.node.ask(PassScope.UNDERLAY.and(PassScope.KEYS));
    } else if (mine && before != null && (after == null || !sameGeneration(before, after))) {
      loops.node.ask(PassScope.UNDERLAY);
    } else if (!mine && !Objects.equals(vtep(before), vtep(after))) {
      loops.node.ask(PassScope.networks(overlays()).and(PassScope.KEYS));
    } else if (!mine && !Objects.equals(keys(before), keys(after))) {
      loops.node.ask(PassScope.KEYS);
    }
  }

  @Override
  public void membership() {
    loops.node.ask(PassScope.UNDERLAY);
  }

  @Override
  public void mesh(@Nullable Mesh before, @Nullable Mesh after) {
    if (before == null || after == null || !sameGeneration(before, after)) {
      loops.node.ask(PassScope.UNDERLAY.and(PassScope.KEYS).and(PassScope.networks(overlays())));
    } else if (!Objects.equals(before.getStatus(), after.getStatus())) {
      loops.node.ask(PassScope.KEYS);
    }
  }

  @Override
  public void endpoint(@Nullable NetworkEndpoint before, @Nullable NetworkEndpoint after) {
    if (before != null && after != null && Objects.equals(before.getSpec(), after.getSpec())) {
      if (isMine(after)
          && !Objects.equals(before.getStatus(), after.getStatus())
          && !statuses.endpoints.confirm(after)) {
        look(after);
      }
      return;
    }
    if (before != null) {
      look(before);
    }
    if (after != null) {
      if (before != null || !isMine(after) || !attaching.attacher.attaches(after)) {
        look(after);
      }
    } else if (before != null) {
      statuses.endpoints.forget(before);
      attaching.attacher.lost(before);
      attaching.attacher.changed(EndpointCaches.networkOf(before));
    }
  }

  @Override
  public void slice(@Nullable EndpointSlice before, @Nullable EndpointSlice after) {
    EndpointSlice either = Objects.requireNonNull(after == null ? before : after);
    String network = either.getMetadata().getLabels().get(Names.NETWORK_LABEL);
    if (network != null) {
      loops.balancing.ask(PassScope.endpoint(network, Cache.key(either)));
    }
  }

  @Override
  public void pod(@Nullable Pod before, @Nullable Pod after) {
    if (after != null && BoundPods.goesOn(after)) {
      attaching.reservations.bound(after);
    } else {
      Pod pod = Objects.requireNonNull(after == null ? before : after);
      attaching.reservations.forget(pod.getMetadata().getUid());
      requests.reviewReserved(pod.getMetadata().getUid());
    }
  }

  /** Requests a pass after a virtual address was created, changed or deleted. */
  private void balance(NetworkEndpoint endpoint) {
    String network = EndpointCaches.networkOf(endpoint);
    CompletableFuture<Void> _ =
        cluster
            .slices()
            .follow(network)
            .thenRun(() ->
                loops.balancing.ask(PassScope.endpoint(network, endpoint.getMetadata().getName())));
  }

  /** Requests a pass over an endpoint: of a sandbox here, of another node, or malformed. */
  private void look(NetworkEndpoint endpoint) {
    if (endpoint.getSpec() == null || endpoint.getSpec().network() == null) {
      return;
    }
    if (endpoint.getSpec().service() != null) {
      balance(endpoint);
      return;
    }
    ask(endpoint);
    List<NetworkEndpoint> rivals = cluster.endpoints().rivals(endpoint);
    rivals.forEach(this::ask);
    Stream.concat(Stream.of(endpoint), rivals.stream())
        .filter(this::isMine)
        .filter(each -> !rivals.isEmpty())
        .filter(each -> cluster.endpoints().macHolder(each).isPresent())
        .forEach(attaching.attacher::lost);
  }

  private void ask(NetworkEndpoint endpoint) {
    String key =
        Sandbox.idOf(endpoint)
            .filter(_ -> isMine(endpoint))
            .orElse(endpoint.getMetadata().getName());
    loops.node.ask(PassScope.endpoint(EndpointCaches.networkOf(endpoint), key));
  }

  private boolean isMine(NetworkEndpoint endpoint) {
    return endpoint.getSpec() != null && cluster.node().equals(endpoint.getSpec().node());
  }

  private Set<String> overlays() {
    return cluster.hostNetworks().all().stream()
        .filter(each -> each.getSpec() != null)
        .filter(each ->
            Driver.of(each.getSpec().driver()).filter(it -> it == Driver.OVERLAY).isPresent())
        .map(ClusterCaches::networkOf)
        .collect(Collectors.toSet());
  }

  private static boolean sameGeneration(HasMetadata before, HasMetadata after) {
    return Objects.equals(before.getMetadata().getUid(), after.getMetadata().getUid())
        && Objects.equals(before.getMetadata().getGeneration(), after.getMetadata().getGeneration())
        && Objects.equals(
            before.getMetadata().getDeletionTimestamp(),
            after.getMetadata().getDeletionTimestamp());
  }

  private static boolean isPlan(@Nullable ContainerNetwork network) {
    return network != null && network.getSpec() != null && Mode.isPlan(network.getSpec().mode());
  }

  private static boolean isEncrypted(@Nullable ContainerNetwork network) {
    return network != null && KeySpecs.isEncrypted(network);
  }

  private static boolean isEncrypted(@Nullable HostNetwork hostNetwork) {
    return hostNetwork != null && KeySpecs.isEncrypted(hostNetwork);
  }

  private static @Nullable List<NodeKey> keys(@Nullable MeshNode node) {
    return node == null || node.getSpec() == null ? null : node.getSpec().keys();
  }

  private static @Nullable String publicAddress(@Nullable MeshNode node) {
    return node == null ? null : ClusterCaches.publicAddress(node).orElse(null);
  }

  private static @Nullable String vtep(@Nullable MeshNode node) {
    return node == null || node.getSpec() == null ? null : node.getSpec().vtep();
  }
}
