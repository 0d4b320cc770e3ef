package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.xfrm.EspInUdpSocket;
import dev.weft.netlink.xfrm.XfrmState;
import dev.weft.netlink.xfrm.XfrmStateSpec;
import dev.weft.netlink.xfrm.XfrmUdp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The UDP ports at which the node receives ESP. The kernel receives while the agent's socket is
 * open, so reception ends with the agent. Not thread-safe.
 */
public final class EspPorts implements AutoCloseable {
  private final NetworkNamespace namespace;
  private final Map<IpsecItem.EspPort, EspInUdpSocket> held = new HashMap<>();

  EspPorts(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  Set<IpsecItem.EspPort> items() {
    return Set.copyOf(held.keySet());
  }

  /**
   * Opens a port.
   *
   * @throws NetlinkException if another process uses it, or the kernel lacks ESP in UDP
   */
  public void open(IpsecItem.EspPort port) {
    held.computeIfAbsent(port, _ -> EspInUdpSocket.open(namespace, port.address(), port.port()));
  }

  public void close(IpsecItem.EspPort port) {
    EspInUdpSocket socket = held.remove(port);
    if (socket != null) {
      socket.close();
    }
  }

  /** Opens the ports of Weft's IPsec states, as far as they are free. */
  public void resume(List<XfrmState> states) {
    for (XfrmState state : states) {
      XfrmStateSpec spec = state.spec();
      XfrmUdp udp = spec.udp();
      if (IpsecTables.isOurs(state) && udp != null) {
        try {
          open(new IpsecItem.EspPort(spec.id().destination(), udp.destinationPort()));
        } catch (NetlinkException e) {
          // The destination of an outgoing state is a peer's address, which cannot be opened. The
          // first reconcile finds and reports other errors.
        }
      }
    }
  }

  @Override
  public void close() {
    held.values().forEach(EspInUdpSocket::close);
    held.clear();
  }
}
