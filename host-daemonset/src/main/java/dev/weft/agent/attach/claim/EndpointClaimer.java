package dev.weft.agent.attach.claim;

import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.cluster.MacOrder;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.desired.EndpointAddresses;
import dev.weft.agent.desired.Pairing;
import dev.weft.agent.sandbox.AddressOwner;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.Attachment;
import dev.weft.api.BridgeOptions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Driver;
import dev.weft.api.HostNetwork;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Claims endpoints for the interfaces of a sandbox: for each a name, a MAC address, and one address
 * of each family of the network. It keeps what an earlier attempt, or an earlier sandbox of the
 * same pod, has claimed.
 */
public final class EndpointClaimer {
  private static final List<Integer> FAMILIES = List.of(32, 128);

  private final ClusterCaches cluster;
  private final AddressLock claims;
  private final HostNetworkGate hostNetworks;
  private final LanProbe lan;
  private final EndpointFactory factory;

  /** Claims for sandboxes on the node of {@code cluster}. */
  public EndpointClaimer(
      ClusterCaches cluster, AddressLock claims, HostNetworkGate hostNetworks, Probe probe) {
    this.cluster = cluster;
    this.claims = claims;
    this.hostNetworks = hostNetworks;
    this.lan = new LanProbe(probe);
    this.factory = new EndpointFactory(cluster.node());
  }

  /** Request for one interface. */
  private record RequestedEndpoint(
      AddressOwner holder, Attachment attachment, Optional<String> paired) {}

  /** An interface with addresses. */
  public record Interface(String network, String name) {}

  /** Result of a claim: interfaces to wire, and errors for the rest. */
  public record Claimed(List<Interface> interfaces, List<AttachError> refusals) {}

  /**
   * Claims all attachments of a holder.
   *
   * @param view current contents of its sandbox
   */
  public Claimed claim(
      AddressOwner holder, List<Attachment> wanted, Probe.View view, Deadline deadline) {
    Claimed claimed = new Claimed(new ArrayList<>(), new ArrayList<>());
    Pairing pairing = pairing(holder, wanted);
    Set<String> asked =
        wanted.stream()
            .flatMap(each -> Optional.ofNullable(each.interfaceName()).stream())
            .collect(Collectors.toSet());
    Set<String> chosen = new HashSet<>();
    for (int i = 0; i < wanted.size(); i++) {
      Attachment each = wanted.get(i);
      Set<String> taken = new HashSet<>(view.interfaces());
      taken.addAll(interfacesOf(holder));
      if (each.interfaceName() == null) {
        taken.addAll(asked);
      }
      try {
        claim(
                new RequestedEndpoint(holder, each, pairing.of(i)),
                view,
                new InterfaceNames(taken, chosen),
                deadline)
            .ifPresent(link -> claimed.interfaces.add(new Interface(each.network(), link)));
      } catch (AttachError refusal) {
        claimed.refusals.add(refusal);
      }
    }
    return claimed;
  }

  /** Assigns interfaces of earlier attempts to attachments. */
  private Pairing pairing(AddressOwner holder, List<Attachment> wanted) {
    return Pairing.of(wanted, held(holder).filter(this::isOf).toList());
  }

  /** Whether anything has been claimed for a holder. */
  public boolean isKnown(AddressOwner holder) {
    return held(holder).findAny().isPresent();
  }

  /**
   * Releases reserved endpoints that the pod's sandbox cannot use: those no longer requested, and
   * those with the name of a foreign interface.
   */
  public void revise(AddressOwner holder, List<Attachment> wanted, Probe.View view)
      throws AttachError {
    List<NetworkEndpoint> reserved = cluster.endpoints().reserved(holder.owner());
    if (reserved.isEmpty()) {
      return;
    }
    Set<String> paired = Set.copyOf(pairing(holder, wanted).interfaces().values());
    for (NetworkEndpoint each : reserved) {
      String link = String.valueOf(each.getSpec().interfaceName());
      if (!paired.contains(link) || view.foreign().contains(link)) {
        claims.release(each);
      }
    }
  }

  /** Writes the sandbox into the endpoints that were reserved for its pod. */
  public void bind(Sandbox sandbox) {
    cluster.endpoints().reserved(sandbox.owner()).forEach(each -> claims.bind(each, sandbox));
  }

  /** A sandbox has ended: withdraws the pending writes of {@link #bind}. */
  public void unbind(Sandbox sandbox) {
    cluster.endpoints().reserved(sandbox.owner()).forEach(claims::unbind);
  }

  /** Whether an endpoint belongs to the current network of its name, not to an earlier one. */
  private boolean isOf(NetworkEndpoint endpoint) {
    String network = endpoint.getSpec().network();
    return network != null
        && cluster
            .networks()
            .get(network)
            .filter(each ->
                Objects.equals(endpoint.getSpec().networkUid(), each.getMetadata().getUid()))
            .isPresent();
  }

  /**
   * Claims one interface.
   *
   * @return the name of the sandbox's interface; empty if it needs none
   */
  private Optional<String> claim(
      RequestedEndpoint request, Probe.View view, InterfaceNames names, Deadline deadline)
      throws AttachError {
    Attachment attachment = request.attachment;
    Optional<ContainerNetwork> found = cluster.networks().get(attachment.network());
    Driver driver = Admission.admit(request.holder, attachment.network(), found, view.onNode());
    if (driver == Driver.HOST) {
      return Optional.empty();
    }
    Want want = new Want(request.holder, attachment, found.orElseThrow());
    AssignableAddresses pool = pool(want.network());
    refuseDevice(want);
    for (IpAddress asked : attachment.ips()) {
      pool.check(asked);
    }
    hostNetworks.ensure(want.network(), driver, deadline);
    await(want.name(), deadline);
    String link = interfaceName(want, request.paired, names);
    List<NetworkEndpoint> mine = new ArrayList<>(mine(want, link));
    for (int bits : FAMILIES) {
      if (pool.has(bits)) {
        boolean isThere = view.interfaces().contains(link);
        mine.add(claim(want, pool, bits, new HeldEndpoint(mine, link, isThere, deadline)));
      }
    }
    return Optional.of(link);
  }

  /**
   * Endpoints of the holder on the network so far.
   *
   * @param isThere whether the interface exists
   */
  record HeldEndpoint(
      List<NetworkEndpoint> endpoints, String link, boolean isThere, Deadline deadline) {}

  private NetworkEndpoint claim(Want want, AssignableAddresses pool, int bits, HeldEndpoint held)
      throws AttachError {
    for (NetworkEndpoint each : held.endpoints) {
      if (bits(each) == bits) {
        Optional<NetworkEndpoint> holder = cluster.endpoints().macHolder(each);
        if (holder.isPresent()) {
          claims.release(each);
          if (want.attachment().mac() != null) {
            throw AttachError.until(MacOrder.refusal(holder.get()));
          }
          break;
        }
        if (held.isThere || machineAt(want, each).isEmpty()) {
          return claims.adopt(each, want.holder());
        }
        // claimed before a machine of the LAN was known to hold it
        claims.release(each);
        break;
      }
    }
    pool.check(want.attachment());
    Optional<IpAddress> asked =
        want.attachment().ips().stream().filter(each -> each.bits() == bits).findFirst();
    if (asked.isPresent()) {
      requireUnheld(want, asked.get());
      return claims.exactly(factory.endpoint(want, pool, asked.get(), held));
    }
    return claims.any(
        pool,
        bits,
        held.deadline,
        each -> machineAt(want, each),
        each -> factory.endpoint(want, pool, each, held));
  }

  /** Rejects the MAC address of a node's device for the network, such as its gateway. */
  private void refuseDevice(Want want) throws AttachError {
    String mac = want.attachment().mac();
    if (mac == null) {
      return;
    }
    String uid = want.network().getMetadata().getUid();
    BridgeOptions bridge = want.network().getSpec().bridge();
    List<String> devices =
        Network.devices(uid, Optional.ofNullable(bridge == null ? null : bridge.name()));
    Stream<String> nodes =
        Stream.concat(
            Stream.of(cluster.node()),
            cluster.meshNodes().all().stream().map(each -> each.getMetadata().getName()));
    Optional<String> holder =
        nodes
            .distinct()
            .flatMap(node ->
                devices.stream()
                    .filter(device -> Network.mac(node, uid, device).toString().equals(mac))
                    .map(device -> "device %s of node %s".formatted(device, node)))
            .findFirst();
    if (holder.isPresent()) {
      throw AttachError.until(
          "MAC address %s on network %s is held by %s; ask for another"
              .formatted(mac, want.name(), holder.get()));
    }
  }

  private void requireUnheld(Want want, IpAddress asked) throws AttachError {
    Optional<String> machine = machineAt(want, asked).join();
    if (machine.isPresent()) {
      throw AttachError.passing(
          ("%s on network %s is in use by a machine of the LAN with MAC address %s; ask for another"
                  + " address, or give that machine another one")
              .formatted(asked, want.name(), machine.get()));
    }
  }

  /** MAC address of the LAN machine that holds an address, once known; empty if there is none. */
  private CompletableFuture<Optional<String>> machineAt(Want want, IpAddress address) {
    return cluster
        .hostNetwork(want.name())
        .map(HostNetwork::getSpec)
        .map(each -> lan.holder(each, address))
        .orElse(CompletableFuture.completedFuture(Optional.empty()));
  }

  /** MAC address of the LAN machine that holds an endpoint's address, except an earlier sandbox. */
  private Optional<String> machineAt(Want want, NetworkEndpoint endpoint) {
    return EndpointAddresses.of(endpoint.getSpec())
        .flatMap(address -> machineAt(want, address).join())
        .filter(mac -> !mac.equals(endpoint.getSpec().mac()));
  }

  /** Names of interfaces for which a holder has addresses. */
  private Set<String> interfacesOf(AddressOwner holder) {
    return held(holder)
        .flatMap(each -> Optional.ofNullable(each.getSpec().interfaceName()).stream())
        .collect(Collectors.toSet());
  }

  /**
   * Keys of a sandbox's endpoints for a pass of the loop. An endpoint reserved for its pod has two:
   * the id of the sandbox's endpoint in the kernel, and its own name in the API.
   */
  public Set<EndpointKey> holdingsOf(Sandbox sandbox) {
    return held(sandbox.holder())
        .flatMap(each -> {
          String network = Objects.requireNonNull(each.getSpec().network());
          return Sandbox.idOf(each)
              .map(id -> Stream.of(new EndpointKey(network, id)))
              .orElseGet(() ->
                  Stream.of(
                      new EndpointKey(
                          network,
                          sandbox.endpoint(String.valueOf(each.getSpec().interfaceName()))),
                      new EndpointKey(network, each.getMetadata().getName())));
        })
        .collect(Collectors.toSet());
  }

  /** One interface of a sandbox: its network, and the endpoint's id. */
  public record EndpointKey(String network, String endpoint) {}

  private Stream<NetworkEndpoint> held(AddressOwner holder) {
    return cluster.endpoints().own().stream()
        .filter(holder::owns)
        .filter(each -> each.getSpec().network() != null);
  }

  private static AssignableAddresses pool(ContainerNetwork network) throws AttachError {
    String name = network.getMetadata().getName();
    try {
      AssignableAddresses pool = AssignableAddresses.of(network);
      if (pool.blocks().isEmpty()) {
        throw AttachError.until(
            "network %s has no addresses yet; see 'kubectl describe containernetwork %s'"
                .formatted(name, name));
      }
      return pool;
    } catch (IllegalArgumentException e) {
      throw AttachError.until(
          "the subnets of network %s are malformed: %s".formatted(name, e.getMessage()));
    }
  }

  private void await(String network, Deadline deadline) throws AttachError {
    try {
      Void _ =
          cluster.endpoints().follow(network).get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw AttachError.passing(
          "the API server has not listed yet which addresses of network %s are in use; the agent tries again"
              .formatted(network));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw AttachError.passing("the agent ends");
    }
  }

  private List<NetworkEndpoint> mine(Want want, String link) {
    return cluster.endpoints().own(want.name()).stream()
        .filter(want.holder()::owns)
        .filter(each -> link.equals(each.getSpec().interfaceName()))
        .filter(each ->
            Objects.equals(each.getSpec().networkUid(), want.network().getMetadata().getUid()))
        .filter(each -> bits(each) != 0)
        .toList();
  }

  /**
   * Chooses the name of an interface before any address is requested. A later attachment never gets
   * the same name, even if this one fails: the API server may have accepted a claim although its
   * answer was lost.
   */
  private String interfaceName(Want want, Optional<String> paired, InterfaceNames names)
      throws AttachError {
    if (paired.isPresent()) {
      if (names.choose(paired.get())) {
        return paired.get();
      }
      // an endpoint of another network has the name, so this one cannot be wired
      for (NetworkEndpoint each : mine(want, paired.get())) {
        claims.release(each);
      }
    }
    String asked = want.attachment().interfaceName();
    if (asked == null) {
      return names.chooseFree(want.interfacePrefix());
    }
    if (names.isTaken(asked) || !names.choose(asked)) {
      throw AttachError.until(
          "%s asks for interface %s on network %s, and has one of this name already; choose another"
              .formatted(want.holder(), asked, want.name()));
    }
    return asked;
  }

  private static int bits(NetworkEndpoint endpoint) {
    String address = endpoint.getSpec().address();
    if (address == null) {
      return 0;
    }
    return address.indexOf(':') < 0 ? 32 : 128;
  }
}
