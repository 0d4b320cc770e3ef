package dev.weft.agent.node;

import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.api.Conditions;
import dev.weft.api.ConditionsDraft;
import dev.weft.api.Kernel;
import dev.weft.api.KeyProgress;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import dev.weft.api.MeshNodeStatus;
import dev.weft.api.NodeKey;
import dev.weft.api.Reason;
import dev.weft.mesh.keys.KeyReport;
import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Builds the MeshNode of a node. */
final class MeshNodes {
  /** Most routes published; the schema admits no more. */
  private static final int MOST_ROUTES = 4096;

  private MeshNodes() {}

  static MeshNodeSpec spec(LocalVtep underlay, Kernel kernel, Optional<KeyReport> report) {
    List<NodeKey> keys =
        report.map(it -> it.keys().stream().map(MeshNodes::key).toList()).orElse(null);
    return switch (underlay) {
      case LocalVtep.Found(InetAddress vtep, String link, int mtu, List<IpPrefix> routes) ->
          new MeshNodeSpec(
              vtep.getHostAddress(),
              link,
              mtu,
              routes.stream()
                  .map(each -> each.network().toString())
                  .distinct()
                  .sorted()
                  .limit(MOST_ROUTES)
                  .toList(),
              kernel,
              keys);
      case LocalVtep.Missing(String _) ->
          new MeshNodeSpec(null, null, null, List.of(), kernel, keys);
    };
  }

  private static NodeKey key(KeyReport.OwnKey key) {
    return new NodeKey(key.epoch(), key.generation(), key.publicKey(), key.udpPort().orElse(null));
  }

  static KeyProgress progress(KeyReport report) {
    return new KeyProgress(
        report.prepared(), report.peers(), report.active(), report.exhausted().orElse(null));
  }

  /**
   * Status of the MeshNode.
   *
   * @param conflict why other nodes ignore it; empty if it is a member
   */
  static MeshNodeStatus status(
      MeshNode stored,
      LocalVtep underlay,
      Optional<String> conflict,
      boolean txChecksum,
      Optional<KeyReport> report,
      Clock clock) {
    MeshNodeStatus old = stored.getStatus();
    Long generation = stored.getMetadata().getGeneration();
    ConditionsDraft conditions =
        ConditionsDraft.from(old == null ? null : old.conditions(), generation, clock);
    ConditionsDraft judged =
        switch (underlay) {
          case LocalVtep.Found _ when conflict.isPresent() ->
              conditions
                  .with(Conditions.READY, Conditions.FALSE, Reason.NODE_CONFLICT, conflict.get())
                  .with(Conditions.STALLED, Conditions.TRUE, Reason.NODE_CONFLICT, conflict.get());
          case LocalVtep.Found(InetAddress vtep, String link, int _, List<IpPrefix> _) ->
              conditions
                  .with(
                      Conditions.READY,
                      Conditions.TRUE,
                      Reason.PUBLISHED,
                      "tunnels start at %s on %s, their checksums are computed by the %s"
                          .formatted(
                              vtep.getHostAddress(),
                              link,
                              txChecksum
                                  ? "card where it can (txChecksum On)"
                                  : "kernel (txChecksum Off)"))
                  .without(Conditions.STALLED);
          case LocalVtep.Missing(String why) ->
              conditions
                  .with(Conditions.READY, Conditions.FALSE, Reason.NO_UNDERLAY, why)
                  .with(Conditions.STALLED, Conditions.TRUE, Reason.NO_UNDERLAY, why);
        };
    return new MeshNodeStatus(
        generation, judged.list(), report.map(MeshNodes::progress).orElse(null));
  }
}
