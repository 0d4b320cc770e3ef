package dev.weft.agent.attach.claim;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.cluster.ApiWrites;
import dev.weft.agent.cluster.EndpointCaches;
import dev.weft.agent.cluster.MacOrder;
import dev.weft.agent.sandbox.AddressOwner;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.Causes;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes addresses. An address is held by creating the {@link NetworkEndpoint} of its name: the API
 * server lets one agent create it and answers all others with a conflict.
 */
public final class AddressLock {
  private static final Logger LOG = LoggerFactory.getLogger(AddressLock.class);
  private static final int MOST_DOUBLINGS = 8;

  /** Most attempts to write an object that others change meanwhile. */
  private static final int TRIES = 5;

  private final KubernetesClient client;
  private final EndpointCaches endpoints;
  private final ApiWrites writes;
  private final Consumer<NetworkEndpoint> builder;
  private final AddressRotation rotation;

  /**
   * Takes addresses, and adds their endpoints to {@code endpoints} at once.
   *
   * @param builder is called when an endpoint must be built, removed or reported
   */
  public AddressLock(
      KubernetesClient client,
      EndpointCaches endpoints,
      ApiWrites writes,
      Consumer<NetworkEndpoint> builder) {
    this.client = client;
    this.endpoints = endpoints;
    this.writes = writes;
    this.builder = builder;
    this.rotation = new AddressRotation(endpoints);
  }

  /**
   * Takes any free address of a family. While the API server creates the endpoint, the agent probes
   * the LAN and creates the interface. If a machine of the LAN holds the address, the agent
   * releases it.
   *
   * @param foreign finds the machine, not an endpoint of Weft, that holds an address
   * @param endpoint makes the endpoint to create for an address
   */
  NetworkEndpoint any(
      AssignableAddresses pool,
      int bits,
      Deadline deadline,
      Function<IpAddress, CompletableFuture<Optional<String>>> foreign,
      Function<IpAddress, NetworkEndpoint> endpoint)
      throws AttachError {
    Set<IpAddress> refused = new HashSet<>();
    int conflicts = 0;
    while (true) {
      int spread = conflicts == 0 ? 0 : 1 << Math.min(conflicts, MOST_DOUBLINGS);
      int skip = spread == 0 ? 0 : ThreadLocalRandom.current().nextInt(spread);
      IpAddress address = rotation.choose(pool, bits, refused, skip);
      try {
        NetworkEndpoint wanted = endpoint.apply(address);
        if (isMacFree(wanted)) {
          CompletableFuture<Optional<String>> machine = foreign.apply(address);
          Optional<NetworkEndpoint> mine =
              machine.getNow(Optional.empty()).isEmpty() ? take(wanted, machine) : Optional.empty();
          if (mine.isPresent()) {
            return first(mine.get());
          }
          conflicts += machine.join().isEmpty() ? 1 : 0;
          machine.join().ifPresent(mac -> warn(pool.network(), address, mac));
        }
      } finally {
        rotation.decided(pool.network(), address);
      }
      refused.add(address);
      if (deadline.isOver()) {
        throw AttachError.passing(
            "other sandboxes claimed the free addresses of network %s first; the agent tries again"
                .formatted(pool.network()));
      }
    }
  }

  /** Whether no other interface has the MAC address that is derived from the address. */
  private boolean isMacFree(NetworkEndpoint wanted) throws AttachError {
    Optional<NetworkEndpoint> rival = endpoints.rivals(wanted).stream().findFirst();
    if (rival.isPresent() && !MacOrder.isDerived(wanted)) {
      throw AttachError.until(MacOrder.refusal(rival.get()));
    }
    return rival.isEmpty();
  }

  private static void warn(String network, IpAddress address, String mac) {
    LOG.atWarn()
        .addKeyValue("network", network)
        .log(
            "{} is in use by a machine of the LAN ({}); the agent tries the next one",
            address,
            mac);
  }

  /** Takes the address of {@code wanted} or fails. */
  NetworkEndpoint exactly(NetworkEndpoint wanted) throws AttachError {
    Optional<NetworkEndpoint> rival =
        MacOrder.isDerived(wanted)
            ? endpoints.macHolder(wanted)
            : endpoints.rivals(wanted).stream().findFirst();
    if (rival.isPresent()) {
      throw AttachError.until(MacOrder.refusal(rival.get()));
    }
    Optional<NetworkEndpoint> mine =
        take(wanted, CompletableFuture.completedFuture(Optional.empty()));
    if (mine.isPresent()) {
      return first(mine.get());
    }
    String name = wanted.getMetadata().getName();
    String holder =
        existing(name)
            .map(NetworkEndpoint::getSpec)
            .flatMap(AddressLock::holder)
            .orElse("another sandbox");
    throw AttachError.until(
        "%s on network %s is held by %s (NetworkEndpoint %s); ask for another address"
            .formatted(wanted.getSpec().address(), wanted.getSpec().network(), holder, name));
  }

  /** Releases an endpoint again if another node took its MAC address first. */
  private NetworkEndpoint first(NetworkEndpoint mine) throws AttachError {
    Optional<NetworkEndpoint> holder = endpoints.macHolder(mine);
    if (holder.isPresent()) {
      release(mine);
      throw AttachError.until(MacOrder.refusal(holder.get()));
    }
    return mine;
  }

  private static Optional<String> holder(NetworkEndpointSpec spec) {
    return Optional.ofNullable(spec.sandbox())
        .map(sandbox -> "pod %s/%s".formatted(sandbox.namespace(), sandbox.pod()))
        .or(() ->
            Optional.ofNullable(spec.service())
                .map(service -> "service %s/%s".formatted(service.namespace(), service.name())));
  }

  /** Transfers an endpoint of an earlier sandbox of the same pod to this holder. */
  NetworkEndpoint adopt(NetworkEndpoint endpoint, AddressOwner holder) throws AttachError {
    NetworkEndpointSpec spec = endpoint.getSpec();
    if (holder.reference().equals(spec.sandbox())) {
      return endpoint;
    }
    NetworkEndpoint current = endpoint;
    for (int i = 0; i < TRIES; i++) {
      try {
        NetworkEndpoint adopted =
            client
                .resource(current)
                .patch(PatchContext.of(PatchType.JSON_MERGE), adoption(current, holder));
        endpoints.put(adopted);
        return adopted;
      } catch (KubernetesClientException e) {
        current = again(endpoint, e).orElseThrow(() -> lost(endpoint));
      }
    }
    throw lost(endpoint);
  }

  private static AttachError lost(NetworkEndpoint endpoint) {
    return AttachError.passing(
        "NetworkEndpoint %s changed while it was taken over; the agent tries again"
            .formatted(endpoint.getMetadata().getName()));
  }

  /** Contains UID and version, so the API server rejects it if the endpoint has changed. */
  private static String adoption(NetworkEndpoint current, AddressOwner holder) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    patch
        .putObject("metadata")
        .put("uid", current.getMetadata().getUid())
        .put("resourceVersion", current.getMetadata().getResourceVersion());
    patch
        .putObject("spec")
        .putObject("sandbox")
        .put("id", holder.reference().id())
        .put("namespace", holder.reference().namespace())
        .put("pod", holder.reference().pod())
        .put("podUid", holder.reference().podUid())
        .put("container", holder.reference().container());
    return patch.toString();
  }

  /**
   * Reads an endpoint again after the API server refused a write because it had changed; empty if
   * it is gone or another owner has it.
   */
  private Optional<NetworkEndpoint> again(NetworkEndpoint mine, KubernetesClientException refused)
      throws AttachError {
    if (refused.getCode() != HttpURLConnection.HTTP_CONFLICT
        && refused.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
      throw unreachable(refused);
    }
    Optional<NetworkEndpoint> current =
        existing(mine.getMetadata().getName()).filter(each -> isSame(each, mine));
    if (current.isEmpty()) {
      endpoints.remove(mine);
    }
    return current;
  }

  private static boolean isSame(NetworkEndpoint one, NetworkEndpoint other) {
    return one.getMetadata().getUid().equals(other.getMetadata().getUid())
        && Objects.equals(AddressOwner.ownerOf(one), AddressOwner.ownerOf(other))
        && Objects.equals(one.getSpec().node(), other.getSpec().node());
  }

  /** Writes the sandbox of a pod into its endpoint, in the background. */
  void bind(NetworkEndpoint endpoint, Sandbox sandbox) {
    writes.submit(key(endpoint), () -> write(endpoint, sandbox));
  }

  /** Withdraws the write of {@link #bind} if it is still pending. */
  void unbind(NetworkEndpoint endpoint) {
    writes.withdraw(key(endpoint));
  }

  private static String key(NetworkEndpoint endpoint) {
    return "sandbox of " + endpoint.getMetadata().getName();
  }

  /** Contains the UID: another endpoint may have this name by now. */
  private void write(NetworkEndpoint endpoint, Sandbox sandbox) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    patch.putObject("metadata").put("uid", endpoint.getMetadata().getUid());
    patch.putObject("spec").putObject("sandbox").put("id", sandbox.id());
    try {
      NetworkEndpoint bound =
          client.resource(endpoint).patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString());
      endpoints.put(bound);
      builder.accept(bound);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.atDebug()
          .addKeyValue("endpoint", endpoint.getMetadata().getName())
          .log("another sandbox holds it by now");
    }
  }

  static AttachError unreachable(KubernetesClientException e) {
    return AttachError.passing(
        "the API server gave no usable answer; the agent tries again: " + Causes.of(e));
  }

  /**
   * Takes an address while its interface is created; releases it if a machine of the LAN holds it.
   */
  private Optional<NetworkEndpoint> take(
      NetworkEndpoint wanted, CompletableFuture<Optional<String>> machine) throws AttachError {
    NetworkEndpoint bare = endpoints.expect(wanted);
    builder.accept(wanted);
    boolean taken = false;
    try {
      Optional<NetworkEndpoint> mine = create(wanted);
      if (mine.isPresent() && machine.join().isPresent()) {
        release(mine.get());
        return Optional.empty();
      }
      taken = mine.isPresent();
      return mine;
    } finally {
      endpoints.settle(bare);
      if (!taken) {
        builder.accept(wanted);
      }
    }
  }

  private Optional<NetworkEndpoint> create(NetworkEndpoint wanted) throws AttachError {
    try {
      return Optional.of(keep(client.resource(wanted).create()));
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw unreachable(e);
      }
    }
    String owner = AddressOwner.ownerOf(wanted);
    String name = wanted.getMetadata().getName();
    boolean isAnothers =
        endpoints
            .get(EndpointCaches.networkOf(wanted), name)
            .filter(each -> !Objects.equals(owner, AddressOwner.ownerOf(each)))
            .isPresent();
    return (isAnothers ? Optional.<NetworkEndpoint>empty() : existing(name))
        .filter(each -> owner != null && owner.equals(AddressOwner.ownerOf(each)))
        .filter(each -> Objects.equals(wanted.getSpec().node(), each.getSpec().node()))
        .map(this::keep);
  }

  private Optional<NetworkEndpoint> existing(String name) throws AttachError {
    try {
      return Optional.ofNullable(client.resources(NetworkEndpoint.class).withName(name).get());
    } catch (KubernetesClientException e) {
      throw unreachable(e);
    }
  }

  /** Releases an address without an interface, unless another owner has it by now. */
  void release(NetworkEndpoint endpoint) throws AttachError {
    NetworkEndpoint current = endpoint;
    for (int i = 0; i < TRIES; i++) {
      try {
        List<StatusDetails> _ =
            client
                .resource(current)
                .lockResourceVersion(current.getMetadata().getResourceVersion())
                .delete();
        endpoints.remove(current);
        return;
      } catch (KubernetesClientException e) {
        Optional<NetworkEndpoint> now = again(endpoint, e);
        if (now.isEmpty()) {
          return;
        }
        current = now.get();
      }
    }
    throw lost(endpoint);
  }

  private NetworkEndpoint keep(NetworkEndpoint endpoint) {
    endpoints.put(endpoint);
    LOG.atInfo()
        .addKeyValue("network", endpoint.getSpec().network())
        .addKeyValue("endpoint", endpoint.getMetadata().getName())
        .addKeyValue("sandbox", AddressOwner.ownerOf(endpoint))
        .log("address taken");
    return endpoint;
  }
}
