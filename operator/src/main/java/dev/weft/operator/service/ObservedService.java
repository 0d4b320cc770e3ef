package dev.weft.operator.service;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.Driver;
import dev.weft.api.EndpointMode;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayService;
import dev.weft.api.Reason;
import dev.weft.api.validation.Validation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Snapshot of one service and the objects related to it.
 *
 * @param tasks tasks in the order of their names
 * @param children objects with the service's label
 */
record ObservedService(
    OverlayService service,
    @Nullable ContainerNetwork network,
    List<Task> tasks,
    List<HasMetadata> children,
    Addresses addresses) {

  ObservedService {
    tasks = List.copyOf(tasks);
    children = List.copyOf(children);
  }

  /**
   * The addresses that matter to the service.
   *
   * @param virtual addresses that the service holds itself, on any network
   * @param taken all addresses in use on its network, computed on demand
   */
  record Addresses(List<NetworkEndpoint> virtual, Supplier<Set<IpAddress>> taken) {
    Addresses {
      virtual = List.copyOf(virtual);
    }
  }

  List<NetworkEndpoint> virtual() {
    return addresses.virtual;
  }

  Supplier<Set<IpAddress>> taken() {
    return addresses.taken;
  }

  /** Whether the service's name resolves to a virtual address. */
  boolean isVirtual() {
    return EndpointMode.of(service.getSpec().endpointMode())
        .filter(EndpointMode.DNSRR::equals)
        .isEmpty();
  }

  /** Problem that the user must solve before anything is created or changed. */
  record Obstacle(Reason reason, String message) {}

  Optional<Obstacle> obstacle() {
    String problems =
        Validation.of(service).stream().map(Object::toString).collect(Collectors.joining(". "));
    if (!problems.isEmpty()) {
      return Optional.of(new Obstacle(Reason.INVALID, problems));
    }
    return unusable();
  }

  private Optional<Obstacle> unusable() {
    String name = Objects.requireNonNull(service.getSpec().network());
    if (network == null) {
      return Optional.of(
          new Obstacle(
              Reason.NETWORK_UNUSABLE,
              "spec.network: there is no ContainerNetwork '%s'; create it, or name another"
                  .formatted(name)));
    }
    if (Driver.of(network.getSpec().driver()).filter(Driver.OVERLAY::equals).isEmpty()) {
      return Optional.of(
          new Obstacle(
              Reason.NETWORK_UNUSABLE,
              "spec.network: '%s' has driver %s, which reaches no other node; name an overlay"
                  .formatted(name, network.getSpec().driver())));
    }
    List<String> allowed = network.getSpec().allowedNamespaces();
    String namespace = service.getMetadata().getNamespace();
    return allowed == null || allowed.contains(namespace)
        ? Optional.empty()
        : Optional.of(
            new Obstacle(
                Reason.NETWORK_UNUSABLE,
                "spec.network: '%s' does not admit pods of namespace %s; add it to its spec.allowedNamespaces"
                    .formatted(name, namespace)));
  }

  boolean isOurs(HasMetadata child) {
    return child.getMetadata().getOwnerReferences().stream()
        .map(OwnerReference::getUid)
        .anyMatch(service.getMetadata().getUid()::equals);
  }

  <T extends HasMetadata> List<T> children(Class<T> type) {
    return children.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
