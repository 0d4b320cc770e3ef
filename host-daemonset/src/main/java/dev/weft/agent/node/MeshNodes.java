package dev.weft.agent.node;

import dev.weft.agent.dataplane.Underlay;
import dev.weft.api.Conditions;
import dev.weft.api.Kernel;
import dev.weft.api.MeshNodeSpec;
import dev.weft.api.MeshNodeStatus;
import dev.weft.netlink.IpPrefix;
import io.fabric8.kubernetes.api.model.Condition;
import java.net.InetAddress;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a node publishes of itself. */
final class MeshNodes {
  private MeshNodes() {}

  static MeshNodeSpec spec(Underlay underlay, Kernel kernel) {
    return switch (underlay) {
      case Underlay.Found(InetAddress vtep, String link, int mtu, List<IpPrefix> routes) ->
          new MeshNodeSpec(
              vtep.getHostAddress(),
              link,
              mtu,
              routes.stream().map(each -> each.network().toString()).distinct().sorted().toList(),
              kernel);
      case Underlay.Missing(String _) -> new MeshNodeSpec(null, null, null, List.of(), kernel);
    };
  }

  static MeshNodeStatus status(
      @Nullable MeshNodeStatus old, Underlay underlay, @Nullable Long generation, Clock clock) {
    Condition ready =
        switch (underlay) {
          case Underlay.Found(InetAddress vtep, String link, int _, List<IpPrefix> _) ->
              Conditions.of(
                  Conditions.READY,
                  Conditions.TRUE,
                  "Published",
                  "tunnels start at %s on %s".formatted(vtep.getHostAddress(), link),
                  generation,
                  clock);
          case Underlay.Missing(String reason) ->
              Conditions.of(
                  Conditions.READY, Conditions.FALSE, "NoUnderlay", reason, generation, clock);
        };
    return new MeshNodeStatus(
        generation, Conditions.merge(old == null ? null : old.conditions(), ready));
  }
}
