package dev.weft.agent.node;

import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.api.Names;
import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.net.URL;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Source address of this node's tunnels, cached between checks of the kernel. Used by one thread.
 */
public final class NodeUnderlay {
  private static final Logger LOG = LoggerFactory.getLogger(NodeUnderlay.class);

  private final ClusterCaches cluster;
  private final OwnNode self;
  private final URL apiServer;
  private final Function<UnderlayChoice, LocalVtep> kernel;
  private Optional<InetAddress> apiAddress = Optional.empty();
  private LocalVtep local = new LocalVtep.Missing("nothing was looked for yet");
  private LocalVtep current = local;

  /** Chooses the underlay from the kernel's addresses and the mesh's settings. */
  public NodeUnderlay(
      ClusterCaches cluster,
      OwnNode self,
      URL apiServer,
      Function<UnderlayChoice, LocalVtep> kernel) {
    this.cluster = cluster;
    this.self = self;
    this.apiServer = apiServer;
    this.kernel = kernel;
  }

  /**
   * Checks the kernel again.
   *
   * @return whether the tunnel address has changed
   */
  public boolean look() {
    Optional<InetAddress> before = vtep(current);
    Optional<InetAddress> localBefore = vtep();
    local = choose();
    LocalVtep next = published();
    if (!next.equals(current) && next instanceof LocalVtep.Missing(String reason)) {
      LOG.atWarn().addKeyValue("node", cluster.node()).log("no underlay: {}", reason);
    }
    current = next;
    return !before.equals(vtep(current)) || !localBefore.equals(vtep());
  }

  /** Result of the last check, with the address at which other nodes reach it. */
  public LocalVtep current() {
    return current;
  }

  /** The tunnels' source address, if there is one. */
  public Optional<InetAddress> vtep() {
    return vtep(current).flatMap(_ -> vtep(local));
  }

  private static Optional<InetAddress> vtep(LocalVtep underlay) {
    return switch (underlay) {
      case LocalVtep.Found found -> Optional.of(found.vtep());
      case LocalVtep.Missing _ -> Optional.empty();
    };
  }

  private LocalVtep published() {
    return switch (local) {
      case LocalVtep.Found found ->
          cluster.publicAddress().map(text -> published(found, text)).orElse(found);
      case LocalVtep.Missing missing -> missing;
    };
  }

  private static LocalVtep published(LocalVtep.Found found, String text) {
    try {
      InetAddress address = IpPrefix.parseAddress(text);
      if (address.getAddress().length == found.vtep().getAddress().length) {
        return found.at(address);
      }
    } catch (IllegalArgumentException e) {
      LOG.atDebug().setCause(e).log("the node's public address is malformed");
    }
    return new LocalVtep.Missing(
        "the annotation %s of the MeshNode is '%s', and the tunnels start at %s: give an address of the same IP version"
            .formatted(Names.PUBLIC_ADDRESS_ANNOTATION, text, found.vtep().getHostAddress()));
  }

  private LocalVtep choose() {
    try {
      return kernel.apply(UnderlayChoices.of(cluster.mesh(), self.last(), apiAddress()));
    } catch (IllegalArgumentException e) {
      return new LocalVtep.Missing("the mesh's underlay is malformed: " + e.getMessage());
    }
  }

  private Optional<InetAddress> apiAddress() {
    if (apiAddress.isEmpty()) {
      try {
        apiAddress = Optional.of(InetAddress.getByName(apiServer.getHost()));
      } catch (UnknownHostException e) {
        LOG.atDebug().setCause(e).log("the API server's name is not known");
      }
    }
    return apiAddress;
  }
}
