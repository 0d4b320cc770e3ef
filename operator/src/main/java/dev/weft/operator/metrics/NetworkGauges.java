package dev.weft.operator.metrics;

import dev.weft.api.AddressCounts;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.NodeCounts;
import io.fabric8.kubernetes.api.model.Condition;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Gauges from the statuses of networks. They are rebuilt for each scrape. */
public final class NetworkGauges {
  private final MeterRegistry registry;
  private final MultiGauge ready;
  private final List<Of> numbers;

  private record Of(
      MultiGauge gauge, Function<ContainerNetworkStatus, Optional<? extends Number>> number) {}

  /** Registers the gauges in {@code registry}. */
  public NetworkGauges(MeterRegistry registry) {
    this.registry = registry;
    ready = gauge("weft.network.ready", "1 if the network is Ready, and the reason");
    numbers =
        List.of(
            of(
                "weft.network.nodes.desired",
                "Nodes that should carry the network",
                status -> Optional.ofNullable(status.nodes()).map(NodeCounts::desired)),
            of(
                "weft.network.nodes.ready",
                "Nodes that carry the network's present revision",
                status -> Optional.ofNullable(status.nodes()).map(NodeCounts::ready)),
            of(
                "weft.network.addresses.used",
                "Addresses that endpoints hold",
                status -> Optional.ofNullable(status.addresses()).map(AddressCounts::used)),
            of(
                "weft.network.addresses.free",
                "Addresses that can still be handed out",
                status -> Optional.ofNullable(status.addresses()).map(AddressCounts::free)));
  }

  private MultiGauge gauge(String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  private Of of(
      String name,
      String description,
      Function<ContainerNetworkStatus, Optional<? extends Number>> number) {
    return new Of(gauge(name, description), number);
  }

  /** Updates the gauges from the statuses of {@code networks}. */
  public void show(Collection<ContainerNetwork> networks) {
    List<ContainerNetwork> known =
        networks.stream().filter(each -> each.getStatus() != null).toList();
    ready.register(known.stream().map(NetworkGauges::ready).toList(), true);
    for (Of each : numbers) {
      each.gauge.register(
          known.stream()
              .flatMap(network ->
                  each.number.apply(network.getStatus()).stream()
                      .map(number -> MultiGauge.Row.of(named(network), number)))
              .toList(),
          true);
    }
  }

  private static MultiGauge.Row<Number> ready(ContainerNetwork network) {
    List<Condition> conditions = network.getStatus().conditions();
    String reason =
        Conditions.find(conditions, Conditions.READY).map(Condition::getReason).orElse("");
    return MultiGauge.Row.of(
        named(network).and("reason", reason),
        Conditions.isTrue(conditions, Conditions.READY) ? 1 : 0);
  }

  private static Tags named(ContainerNetwork network) {
    return Tags.of("network", network.getMetadata().getName());
  }
}
