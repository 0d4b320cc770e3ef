package dev.weft.agent.dataplane.spec;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.api.HostNetworkSpec;
import dev.weft.mesh.RemoteEndpoint;
import java.util.Map;

/**
 * One network as a node is to carry it. The maps are only read, and may be live views: a reconcile
 * of a few endpoints looks up only those.
 *
 * @param uid UID of the {@code ContainerNetwork}; every device of the network is marked with it
 * @param spec of the HostNetwork
 * @param local endpoints in sandboxes of this node, by {@link LocalEndpoint#id()}
 * @param remote addresses of endpoints on other nodes, by any key that stays the same as long as
 *     the address does, such as the name of the {@code NetworkEndpoint}; only an overlay needs them
 */
public record NetworkSpec(
    String uid,
    HostNetworkSpec spec,
    Map<String, LocalEndpoint> local,
    Map<String, RemoteEndpoint> remote) {

  /** Whether a change is made for the network, alone or among others. */
  public boolean isConcernedBy(Change change) {
    return change.uid().equals(uid)
        || change.uid().equals(Owner.NODE.uid())
        || (isEncrypted() && change.uid().equals(Owner.ENCRYPTION.uid()));
  }

  /** Whether frames between nodes are to be encrypted. */
  public boolean isEncrypted() {
    return spec.overlay() != null && Boolean.TRUE.equals(spec.overlay().encrypted());
  }
}
