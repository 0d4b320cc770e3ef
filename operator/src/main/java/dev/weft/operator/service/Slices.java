package dev.weft.operator.service;

import dev.weft.api.IpAddress;
import dev.weft.api.Names;
import dev.weft.api.OverlayService;
import dev.weft.api.ServicePort;
import dev.weft.api.TaskSlices;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Distributes tasks over EndpointSlices. A task stays in its slice, so adding or removing one
 * changes one slice. A slice holds at most {@link TaskSlices#LONGEST} tasks. No slice lists tasks
 * beyond {@link TaskSlices#TASKS} of an address family.
 */
final class Slices {
  static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
  static final String SERVICE_NAME = "kubernetes.io/service-name";

  private Slices() {}

  /**
   * The slices of one Service.
   *
   * @param name name of the Service
   * @param all whether to list tasks that are not ready, too
   * @param existing current slices of the Service
   */
  static List<EndpointSlice> of(
      OverlayService service,
      String name,
      boolean all,
      List<Task> tasks,
      List<EndpointSlice> existing) {
    List<EndpointSlice> slices = new ArrayList<>();
    for (boolean ipv4 : List.of(true, false)) {
      Map<String, Endpoint> wanted = new LinkedHashMap<>();
      for (Task task : tasks) {
        for (IpAddress address : task.addresses()) {
          if (address.isIpv4() == ipv4 && !task.isFinished() && (all || task.isReady())) {
            wanted.put(address.toString(), endpoint(task, address.toString(), all));
          }
        }
      }
      share(name, ipv4, wanted, existing)
          .forEach((slice, endpoints) ->
              slices.add(slice(service, name, slice, new Kind(ipv4, endpoints))));
    }
    return slices;
  }

  /** The slices of a Service for virtual addresses, which are always ready. */
  static List<EndpointSlice> virtual(
      OverlayService service, String name, List<IpAddress> addresses) {
    return addresses.stream()
        .map(each ->
            slice(
                service,
                name,
                TaskSlices.prefix(name, each.isIpv4()) + "0",
                new Kind(
                    each.isIpv4(),
                    List.of(
                        new EndpointBuilder()
                            .withAddresses(each.toString())
                            .withNewConditions()
                            .withReady(true)
                            .endConditions()
                            .build()))))
        .map(each -> {
          each.setPorts(ports(service, ServicePort::port));
          return each;
        })
        .toList();
  }

  private record Kind(boolean ipv4, List<Endpoint> endpoints) {}

  /** Assigns each endpoint to its previous slice, or else to the first slice with room. */
  private static Map<String, List<Endpoint>> share(
      String name, boolean ipv4, Map<String, Endpoint> wanted, List<EndpointSlice> existing) {
    String prefix = TaskSlices.prefix(name, ipv4);
    Map<Integer, List<Endpoint>> shared = new TreeMap<>();
    Map<String, Endpoint> left = new LinkedHashMap<>(wanted);
    for (EndpointSlice slice : existing) {
      String at = slice.getMetadata().getName();
      TaskSlices.number(at, prefix).ifPresent(number -> keep(slice, left, number, shared));
    }
    int number = 0;
    for (Endpoint each : left.values()) {
      while (shared.getOrDefault(number, List.of()).size() >= TaskSlices.LONGEST) {
        number++;
      }
      if (number >= TaskSlices.MOST) {
        break;
      }
      shared.computeIfAbsent(number, _ -> new ArrayList<>()).add(each);
    }
    Map<String, List<Endpoint>> named = new HashMap<>();
    shared.forEach((each, endpoints) -> named.put(prefix + each, endpoints));
    return new TreeMap<>(named);
  }

  private static void keep(
      EndpointSlice slice,
      Map<String, Endpoint> left,
      int number,
      Map<Integer, List<Endpoint>> shared) {
    for (Endpoint old : slice.getEndpoints()) {
      old.getAddresses().stream()
          .flatMap(address -> Stream.ofNullable(left.remove(address)))
          .forEach(kept -> shared.computeIfAbsent(number, _ -> new ArrayList<>()).add(kept));
    }
  }

  private static Endpoint endpoint(Task task, String address, boolean all) {
    return new EndpointBuilder()
        .withAddresses(address)
        .withNewConditions()
        .withReady(all || task.isReady())
        .withServing(task.isServing())
        .withTerminating(task.isTerminating())
        .endConditions()
        .withNodeName(task.pod().getSpec() == null ? null : task.pod().getSpec().getNodeName())
        .withNewTargetRef()
        .withKind("Pod")
        .withNamespace(task.pod().getMetadata().getNamespace())
        .withName(task.name())
        .withUid(task.pod().getMetadata().getUid())
        .endTargetRef()
        .build();
  }

  private static EndpointSlice slice(OverlayService service, String name, String slice, Kind kind) {
    EndpointSliceBuilder builder =
        new EndpointSliceBuilder()
            .withMetadata(Children.metadata(service, slice))
            .editMetadata()
            .addToLabels(SERVICE_NAME, name)
            .addToLabels(MANAGED_BY, Children.FIELD_MANAGER + ".weft.dev")
            .endMetadata();
    if (name.equals(Children.tasks(service))) {
      // the agents of the network's nodes watch these slices
      builder
          .editMetadata()
          .addToLabels(Names.NETWORK_LABEL, service.getSpec().network())
          .endMetadata();
    }
    return builder
        .withAddressType(kind.ipv4 ? "IPv4" : "IPv6")
        .withEndpoints(kind.endpoints)
        .withPorts(ports(service, Children::targetPort))
        .build();
  }

  private static List<EndpointPort> ports(
      OverlayService service, Function<ServicePort, @Nullable Integer> port) {
    List<ServicePort> ports = service.getSpec().ports();
    return ports == null
        ? List.of()
        : ports.stream()
            .map(each ->
                new EndpointPortBuilder()
                    .withName(Objects.requireNonNullElse(each.name(), ""))
                    .withPort(port.apply(each))
                    .withProtocol(Children.protocol(each))
                    .build())
            .toList();
  }
}
