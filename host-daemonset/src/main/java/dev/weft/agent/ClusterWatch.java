package dev.weft.agent;

import dev.weft.agent.cluster.BoundPods;
import dev.weft.agent.cluster.Cache;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.cluster.EndpointCaches;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.desired.KeySpecs;
import dev.weft.agent.sandbox.Sandbox;
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

/** Turns what changed in the cluster into what the loop and the attacher must look at. */
final class ClusterWatch implements ClusterCaches.Listener {
  private final Agent agent;

  ClusterWatch(Agent agent) {
    this.agent = agent;
  }

  @Override
  public void network(@Nullable ContainerNetwork before, @Nullable ContainerNetwork after) {
    if (isPlan(before) || isPlan(after)) {
      ContainerNetwork either = Objects.requireNonNull(after == null ? before : after);
      agent.loop().ask(PassScope.network(either.getMetadata().getName()));
    }
    if (isEncrypted(before) != isEncrypted(after)) {
      agent.loop().ask(PassScope.KEYS);
    }
    if (after != null) {
      agent.attacher().changed(after.getMetadata().getName());
    }
  }

  @Override
  public void hostNetwork(@Nullable HostNetwork before, @Nullable HostNetwork after) {
    if (isEncrypted(before) != isEncrypted(after)) {
      agent.loop().ask(PassScope.KEYS);
    }
    if (after != null) {
      hostNetworkChanged(before, after);
    } else if (before != null) {
      String network = ClusterCaches.networkOf(before);
      agent.cluster().endpoints().unfollow(network);
      agent.cluster().slices().unfollow(network);
      agent.balancing().ask(PassScope.network(network));
      agent.loop().ask(PassScope.network(network));
      agent.attacher().changed(network);
    }
  }

  private void hostNetworkChanged(@Nullable HostNetwork before, HostNetwork after) {
    String network = ClusterCaches.networkOf(after);
    boolean same =
        before != null
            && sameGeneration(before, after)
            && Objects.equals(before.getFinalizers(), after.getFinalizers());
    if (!same || !agent.hostNetworks().confirm(after)) {
      CompletableFuture<Void> _ =
          agent
              .cluster()
              .endpoints()
              .follow(network)
              .thenRun(() -> {
                agent.loop().ask(PassScope.network(network));
                agent.attacher().changed(network);
              });
    }
  }

  @Override
  public void meshNode(@Nullable MeshNode before, @Nullable MeshNode after) {
    MeshNode either = Objects.requireNonNull(after == null ? before : after);
    boolean mine = either.getMetadata().getName().equals(agent.cluster().node());
    if (mine && !Objects.equals(publicAddress(before), publicAddress(after))) {
      agent.loop().ask(PassScope.UNDERLAY.and(PassScope.KEYS));
    } else if (mine && before != null && (after == null || !sameGeneration(before, after))) {
      agent.loop().ask(PassScope.UNDERLAY);
    } else if (!mine && !Objects.equals(vtep(before), vtep(after))) {
      agent.loop().ask(PassScope.networks(overlays()).and(PassScope.KEYS));
    } else if (!mine && !Objects.equals(keys(before), keys(after))) {
      agent.loop().ask(PassScope.KEYS);
    }
  }

  @Override
  public void membership() {
    agent.loop().ask(PassScope.UNDERLAY);
  }

  @Override
  public void mesh(@Nullable Mesh before, @Nullable Mesh after) {
    if (before == null || after == null || !sameGeneration(before, after)) {
      agent.loop().ask(PassScope.UNDERLAY.and(PassScope.KEYS).and(PassScope.networks(overlays())));
    } else if (!Objects.equals(before.getStatus(), after.getStatus())) {
      agent.loop().ask(PassScope.KEYS);
    }
  }

  @Override
  public void endpoint(@Nullable NetworkEndpoint before, @Nullable NetworkEndpoint after) {
    if (before != null && after != null && Objects.equals(before.getSpec(), after.getSpec())) {
      if (isMine(after)
          && !Objects.equals(before.getStatus(), after.getStatus())
          && !agent.endpoints().confirm(after)) {
        look(after);
      }
      return;
    }
    if (before != null) {
      look(before);
    }
    if (after != null) {
      if (before != null || !isMine(after) || !agent.attacher().attaches(after)) {
        look(after);
      }
    } else if (before != null) {
      agent.endpoints().forget(before);
      agent.attacher().lost(before);
      agent.attacher().changed(EndpointCaches.networkOf(before));
    }
  }

  @Override
  public void slice(@Nullable EndpointSlice before, @Nullable EndpointSlice after) {
    EndpointSlice either = Objects.requireNonNull(after == null ? before : after);
    String network = either.getMetadata().getLabels().get(Names.NETWORK_LABEL);
    if (network != null) {
      agent.balancing().ask(PassScope.endpoint(network, Cache.key(either)));
    }
  }

  @Override
  public void pod(@Nullable Pod before, @Nullable Pod after) {
    if (after != null && BoundPods.goesOn(after)) {
      agent.reservations().bound(after);
    } else {
      Pod pod = Objects.requireNonNull(after == null ? before : after);
      agent.reservations().forget(pod.getMetadata().getUid());
      agent.letGo(pod.getMetadata().getUid());
    }
  }

  /** A virtual address came, changed or went. */
  private void balance(NetworkEndpoint endpoint) {
    String network = EndpointCaches.networkOf(endpoint);
    CompletableFuture<Void> _ =
        agent
            .cluster()
            .slices()
            .follow(network)
            .thenRun(() ->
                agent
                    .balancing()
                    .ask(PassScope.endpoint(network, endpoint.getMetadata().getName())));
  }

  /** An endpoint is one of a sandbox here, or one of another node, or malformed. */
  private void look(NetworkEndpoint endpoint) {
    if (endpoint.getSpec() == null || endpoint.getSpec().network() == null) {
      return;
    }
    if (endpoint.getSpec().service() != null) {
      balance(endpoint);
      return;
    }
    ask(endpoint);
    List<NetworkEndpoint> rivals = agent.cluster().endpoints().rivals(endpoint);
    rivals.forEach(this::ask);
    Stream.concat(Stream.of(endpoint), rivals.stream())
        .filter(this::isMine)
        .filter(each -> !rivals.isEmpty())
        .filter(each -> agent.cluster().endpoints().macHolder(each).isPresent())
        .forEach(agent.attacher()::lost);
  }

  private void ask(NetworkEndpoint endpoint) {
    String key =
        Sandbox.idOf(endpoint)
            .filter(_ -> isMine(endpoint))
            .orElse(endpoint.getMetadata().getName());
    agent.loop().ask(PassScope.endpoint(EndpointCaches.networkOf(endpoint), key));
  }

  private boolean isMine(NetworkEndpoint endpoint) {
    return endpoint.getSpec() != null && agent.cluster().node().equals(endpoint.getSpec().node());
  }

  private Set<String> overlays() {
    return agent.cluster().hostNetworks().all().stream()
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

  private static boolean isEncrypted(@Nullable HostNetwork instruction) {
    return instruction != null && KeySpecs.isEncrypted(instruction);
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
