package dev.weft.agent.dataplane.spec;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.api.HostNetworkSpec;
import dev.weft.mesh.RemoteEndpoint;
import java.util.Map;

/**
 * One network as a node should carry it. The maps are read only and may be live views, so a
 * reconcile of a few endpoints looks up only those.
 *
 * @param uid UID of the {@code ContainerNetwork}; marks every device of the network
 * @param spec of the HostNetwork
 * @param local endpoints in sandboxes of this node, by {@link LocalEndpoint#id()}
 * @param remote addresses of endpoints on other nodes, for overlays only; the key is stable as long
 *     as the address, such as the name of the {@code NetworkEndpoint}
 */
public record NetworkSpec(
    String uid,
    HostNetworkSpec spec,
    Map<String, LocalEndpoint> local,
    Map<String, RemoteEndpoint> remote) {

  /** Whether the network, alone or with others, needs the change. */
  public boolean isConcernedBy(Change change) {
    return change.uid().equals(uid)
        || change.uid().equals(Owner.NODE.uid())
        || (isEncrypted() && change.uid().equals(Owner.ENCRYPTION.uid()));
  }

  /** Whether frames between nodes must be encrypted. */
  public boolean isEncrypted() {
    return spec.overlay() != null && Boolean.TRUE.equals(spec.overlay().encrypted());
  }
}
