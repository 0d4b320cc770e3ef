package dev.weft.netlink.rtnl;

import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Exclusive;
import dev.weft.netlink.wire.Listener;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.NetlinkH;
import dev.weft.netlink.wire.NetlinkSocket;
import dev.weft.netlink.wire.Question;
import dev.weft.netlink.wire.RtnetlinkH;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reports changes in several namespaces through one socket ({@code NETLINK_LISTEN_ALL_NSID}). The
 * socket is in a namespace of its own, in which only the watched ones have a number. It keeps none
 * of them alive, and needs no descriptor for each.
 *
 * <p>The process needs CAP_NET_BROADCAST; without it, this monitor reports nothing.
 */
public final class PeerMonitor implements AutoCloseable {
  /** Bytes of notifications that the kernel keeps; the rest becomes an overrun. */
  private static final int RECEIVE_BUFFER = 4 << 20;

  private static final int ALL = -1;

  /** {@code struct rtgenmsg}, padded. */
  private static final int RTGENMSG = 4;

  private static final int NETNSA_NSID = 1;
  private static final int NETNSA_FD = 3;

  private final Exclusive numbers;
  private final Listener<Heard> listener;

  /**
   * A notification.
   *
   * @param peer number of its namespace; -1 for an overrun, which concerns all of them
   */
  public record Heard(int peer, Notification notification) {}

  private PeerMonitor(NetworkNamespace own, Set<Monitor.Group> groups) {
    numbers = new Exclusive(own.call(NetlinkSocket::route), "peer");
    NetlinkSocket socket = own.call(NetlinkSocket::route);
    listener =
        new Listener<>(
            socket,
            (type, payload) -> {
              Notification notification = Notifications.read(type, payload);
              return notification == null ? null : new Heard(socket.peer(), notification);
            },
            new Heard(ALL, new Notification.Overrun()));
    listener.receiveBuffer(RECEIVE_BUFFER);
    socket.hearPeers();
    Monitor.join(listener, groups);
  }

  /** Opens a monitor of some kinds of change that watches no namespace yet. */
  public static PeerMonitor open(Set<Monitor.Group> groups) {
    try (NetworkNamespace own = NetworkNamespace.createUnnamed()) {
      return new PeerMonitor(own, groups);
    }
  }

  /**
   * Watches a namespace until it ends. Repeated calls return the same number. The kernel may give
   * the number of an ended namespace to another one.
   */
  public int watch(NetworkNamespace namespace) {
    return numbers.call(socket -> {
      int known = numberOf(socket, namespace);
      if (known >= 0) {
        return known;
      }
      number(socket, namespace);
      return numberOf(socket, namespace);
    });
  }

  private static void number(NetlinkSocket socket, NetworkNamespace namespace) {
    int sequence =
        begin(socket, RtnetlinkH.RTM_NEWNSID, NetlinkH.NLM_F_REQUEST | NetlinkH.NLM_F_ACK);
    MessageWriter out = socket.writer();
    out.attributeU32(NETNSA_NSID, ALL);
    out.attributeU32(NETNSA_FD, namespace.fd());
    out.end();
    boolean _ = Question.ask(socket, sequence, "number " + namespace, _ -> true);
  }

  private static int numberOf(NetlinkSocket socket, NetworkNamespace namespace) {
    int sequence = begin(socket, RtnetlinkH.RTM_GETNSID, NetlinkH.NLM_F_REQUEST);
    MessageWriter out = socket.writer();
    out.attributeU32(NETNSA_FD, namespace.fd());
    out.end();
    return Question.ask(
        socket,
        sequence,
        "read the number of " + namespace,
        payload -> Attributes.in(payload.after(RTGENMSG)).u32(NETNSA_NSID, ALL));
  }

  private static int begin(NetlinkSocket socket, int type, int flags) {
    int sequence = socket.sequence(1);
    socket.writer().begin(type, flags, sequence);
    socket.writer().u32(RtnetlinkH.AF_UNSPEC);
    return sequence;
  }

  /** Waits for the next change; empty when closed. One platform thread at a time may call this. */
  public Optional<Heard> next() {
    return listener.next();
  }

  /** Changes so far, about {@code most} at a time, without waiting; none when closed. */
  public List<Heard> more(int most) {
    return listener.more(most);
  }

  @Override
  public void close() {
    listener.close();
    numbers.close();
  }
}
