package dev.weft.operator.service;

import static java.net.HttpURLConnection.HTTP_CONFLICT;

import dev.weft.api.Cidr;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.IpAddress;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.OverlayService;
import dev.weft.api.Reason;
import dev.weft.api.ServiceReference;
import dev.weft.operator.kube.ConditionalWrites;
import dev.weft.operator.network.AddressSpace;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Allocates the virtual addresses of services, one for each address family of the network. As with
 * every address, the creator of the {@link NetworkEndpoint} with its name holds it. They come from
 * the upper end of a network's subnets and agents allocate from the lower end, so the two rarely
 * collide.
 */
final class VirtualAddresses {
  private static final Logger log = LoggerFactory.getLogger(VirtualAddresses.class);

  private final KubernetesClient client;

  VirtualAddresses(KubernetesClient client) {
    this.client = client;
  }

  /** Addresses that a service holds now, and why it cannot get the others. */
  record HeldAddresses(List<IpAddress> addresses, Optional<ObservedService.Obstacle> obstacle) {
    HeldAddresses {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * Allocates missing addresses and releases those no longer needed.
   *
   * @param virtual whether the service needs virtual addresses
   */
  HeldAddresses hold(ObservedService observed, boolean virtual) {
    ContainerNetwork network = observed.network();
    List<NetworkEndpoint> left = new ArrayList<>(observed.virtual());
    // addresses in the status come first, because only the operator writes the status
    left.sort(Comparator.comparing(each -> !isShown(each, observed.service())));
    List<IpAddress> held = new ArrayList<>();
    Optional<ObservedService.Obstacle> obstacle = Optional.empty();
    for (boolean ipv4 : List.of(true, false)) {
      if (virtual && network != null && subnets(network).anyMatch(each -> is(each, ipv4))) {
        Optional<IpAddress> address =
            left.stream()
                .filter(each -> isUsable(each, network, ipv4))
                .findFirst()
                .map(each -> keep(each, observed, left))
                .or(() -> claim(observed, network, ipv4));
        address.ifPresent(held::add);
        if (address.isEmpty()) {
          obstacle = Optional.of(exhausted(network, ipv4));
        }
      }
    }
    left.forEach(this::release);
    return new HeldAddresses(held, obstacle);
  }

  private static java.util.stream.Stream<Cidr> subnets(ContainerNetwork network) {
    return effective(network).stream().map(each -> Cidr.parse(Objects.requireNonNull(each.cidr())));
  }

  private static List<EffectiveSubnet> effective(ContainerNetwork network) {
    return network.getStatus() == null || network.getStatus().subnets() == null
        ? List.of()
        : network.getStatus().subnets();
  }

  private static boolean is(Cidr subnet, boolean ipv4) {
    return subnet.network().isIpv4() == ipv4;
  }

  private static boolean isUsable(
      NetworkEndpoint endpoint, ContainerNetwork network, boolean ipv4) {
    NetworkEndpointSpec spec = endpoint.getSpec();
    return network.getMetadata().getUid().equals(spec.networkUid())
        && Task.address(spec)
            .filter(each -> each.isIpv4() == ipv4)
            .filter(each -> subnets(network).anyMatch(subnet -> subnet.contains(each)))
            .isPresent();
  }

  private static boolean isShown(NetworkEndpoint endpoint, OverlayService service) {
    List<String> shown = service.getStatus() == null ? null : service.getStatus().vips();
    return shown != null
        && Task.address(endpoint.getSpec())
            .map(IpAddress::toString)
            .filter(shown::contains)
            .isPresent();
  }

  private IpAddress keep(
      NetworkEndpoint mine, ObservedService observed, List<NetworkEndpoint> left) {
    left.remove(mine);
    ServiceReference wanted = reference(observed.service());
    if (!wanted.equals(mine.getSpec().service())) {
      client
          .resource(mine)
          .edit(each -> {
            if (each.getMetadata().getUid().equals(mine.getMetadata().getUid())) {
              each.setSpec(
                  NetworkEndpointSpecBuilder.builder(each.getSpec()).service(wanted).build());
            }
            return each;
          });
    }
    return Task.address(mine.getSpec()).orElseThrow();
  }

  private Optional<IpAddress> claim(
      ObservedService observed, ContainerNetwork network, boolean ipv4) {
    Set<IpAddress> taken = new HashSet<>(observed.taken().get());
    AddressSpace space = AddressSpace.of(effective(network), network.getSpec().subnets());
    while (true) {
      Optional<IpAddress> candidate = space.last(ipv4, taken);
      if (candidate.isEmpty() || tryClaim(observed.service(), network, candidate.get())) {
        return candidate;
      }
      taken.add(candidate.get());
    }
  }

  private boolean tryClaim(OverlayService service, ContainerNetwork network, IpAddress address) {
    NetworkEndpoint wanted = endpoint(service, network, address);
    try {
      client.resource(wanted).create();
      log.atInfo()
          .addKeyValue("network", network.getMetadata().getName())
          .addKeyValue("endpoint", wanted.getMetadata().getName())
          .addKeyValue("namespace", service.getMetadata().getNamespace())
          .addKeyValue("name", service.getMetadata().getName())
          .log("virtual address taken");
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HTTP_CONFLICT) {
        throw e;
      }
    }
    // The cache may not yet show an address that this operator allocated a moment ago.
    NetworkEndpoint present = client.resource(wanted).get();
    return present != null
        && Objects.equals(wanted.getSpec().service(), present.getSpec().service())
        && Objects.equals(wanted.getSpec().networkUid(), present.getSpec().networkUid());
  }

  private void release(NetworkEndpoint endpoint) {
    if (ConditionalWrites.delete(client, endpoint)) {
      log.atInfo()
          .addKeyValue("endpoint", endpoint.getMetadata().getName())
          .log("virtual address released");
    }
  }

  private static NetworkEndpoint endpoint(
      OverlayService service, ContainerNetwork network, IpAddress address) {
    String name = network.getMetadata().getName();
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(
        new ObjectMetaBuilder()
            .withName(Names.endpoint(name, address))
            .withLabels(
                Map.of(
                    Names.NETWORK_LABEL,
                    name,
                    Names.SERVICE_LABEL,
                    service.getMetadata().getName()))
            .addNewOwnerReference()
            .withApiVersion(network.getApiVersion())
            .withKind(network.getKind())
            .withName(name)
            .withUid(network.getMetadata().getUid())
            .endOwnerReference()
            .build());
    int prefix =
        subnets(network).filter(each -> each.contains(address)).findFirst().orElseThrow().prefix();
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network(name)
            .networkUid(network.getMetadata().getUid())
            .service(reference(service))
            .address(address + "/" + prefix)
            .build());
    return endpoint;
  }

  private static ServiceReference reference(OverlayService service) {
    return new ServiceReference(
        service.getMetadata().getNamespace(),
        service.getMetadata().getName(),
        service.getSpec().ports(),
        service.getSpec().sessionAffinity());
  }

  private static ObservedService.Obstacle exhausted(ContainerNetwork network, boolean ipv4) {
    return new ObservedService.Obstacle(
        Reason.EXHAUSTED,
        "network %s has no free IPv%d address left for the service; remove pods, or give the network a larger subnet"
            .formatted(network.getMetadata().getName(), ipv4 ? 4 : 6));
  }
}
