package dev.weft.agent.node;

import dev.weft.agent.cluster.Cluster;
import dev.weft.agent.dataplane.Underlay;
import dev.weft.agent.dataplane.UnderlayChoice;
import java.net.InetAddress;
import java.net.URL;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this node's tunnels start, kept from one look at the kernel to the next. Used by one
 * thread.
 */
public final class NodeUnderlay {
  private static final Logger LOG = LoggerFactory.getLogger(NodeUnderlay.class);

  private final Cluster cluster;
  private final URL apiServer;
  private final Function<UnderlayChoice, Underlay> kernel;
  private Optional<InetAddress> apiAddress = Optional.empty();
  private Underlay current = new Underlay.Missing("nothing was looked for yet");

  /** The underlay as {@code kernel} finds it and the mesh wants it. */
  public NodeUnderlay(Cluster cluster, URL apiServer, Function<UnderlayChoice, Underlay> kernel) {
    this.cluster = cluster;
    this.apiServer = apiServer;
    this.kernel = kernel;
  }

  /**
   * Looks anew.
   *
   * @return whether tunnels start elsewhere now
   */
  public boolean look() {
    Optional<InetAddress> before = vtep();
    Underlay next = choose();
    if (!next.equals(current) && next instanceof Underlay.Missing(String reason)) {
      LOG.atWarn().addKeyValue("node", cluster.node()).log("no underlay: {}", reason);
    }
    current = next;
    return !before.equals(vtep());
  }

  /** What the last look found. */
  public Underlay current() {
    return current;
  }

  /** The tunnels' source address, if there is one. */
  public Optional<InetAddress> vtep() {
    return switch (current) {
      case Underlay.Found found -> Optional.of(found.vtep());
      case Underlay.Missing _ -> Optional.empty();
    };
  }

  private Underlay choose() {
    try {
      return kernel.apply(UnderlayChoices.of(cluster.mesh(), apiAddress()));
    } catch (IllegalArgumentException e) {
      return new Underlay.Missing("the mesh's underlay is malformed: " + e.getMessage());
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
