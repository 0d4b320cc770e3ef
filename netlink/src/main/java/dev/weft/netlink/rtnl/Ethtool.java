package dev.weft.netlink.rtnl;

import static dev.weft.netlink.wire.NetlinkH.NLM_F_ACK;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_REQUEST;

import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.wire.Acknowledgement;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Exclusive;
import dev.weft.netlink.wire.Malformed;
import dev.weft.netlink.wire.MessageReader;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.NetlinkH;
import dev.weft.netlink.wire.NetlinkSocket;
import dev.weft.netlink.wire.Payload;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads and sets features of links, as {@code ethtool -k} and {@code ethtool -K} do ({@code
 * linux/ethtool_netlink.h} over generic netlink). It stays in its namespace whichever thread uses
 * it. Threads may share it: calls wait for each other.
 */
public final class Ethtool implements AutoCloseable {
  private static final int CONTROLLER = 0x10;
  private static final int CTRL_CMD_GETFAMILY = 3;
  private static final int CTRL_ATTR_FAMILY_ID = 1;
  private static final int CTRL_ATTR_FAMILY_NAME = 2;
  private static final int GENL_HDRLEN = 4;

  private static final int FEATURES_GET = 11;
  private static final int FEATURES_SET = 12;
  private static final int FEATURES_HEADER = 1;
  private static final int FEATURES_WANTED = 3;
  private static final int FEATURES_ACTIVE = 4;
  private static final int HEADER_DEV_INDEX = 1;
  private static final int HEADER_FLAGS = 3;
  private static final int FLAG_OMIT_REPLY = 2;
  private static final int BITSET_BITS = 3;
  private static final int BITS_BIT = 1;
  private static final int BIT_NAME = 2;
  private static final int BIT_VALUE = 3;

  /** Checksum offload for any protocol, also below tunnels ({@code NETIF_F_HW_CSUM}). */
  private static final String TX_CHECKSUM = "tx-checksum-ip-generic";

  private final Exclusive socket;
  private final int family;

  private Ethtool(NetlinkSocket socket) {
    this.socket = new Exclusive(socket, "ethtool");
    try {
      family = this.socket.call(Ethtool::findFamily);
    } catch (NetlinkException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Opens a handle for a namespace, which may be closed afterwards; fails without generic netlink.
   */
  public static Ethtool open(NetworkNamespace namespace) {
    return new Ethtool(namespace.call(NetlinkSocket::generic));
  }

  /** Whether the card computes checksums of packets that a link sends. */
  public boolean txChecksum(int link) {
    return socket.call(handle -> {
      MessageWriter out = begin(handle, family, FEATURES_GET, 0);
      header(out, link, 0);
      Payload answer = ask(handle, "read the features of link " + link);
      return answer != null && isActive(answer);
    });
  }

  /** Has the card compute checksums of packets that a link sends, or the kernel. */
  public void txChecksum(int link, boolean on) {
    socket.call(handle -> {
      MessageWriter out = begin(handle, family, FEATURES_SET, NLM_F_ACK);
      header(out, link, FLAG_OMIT_REPLY);
      int wanted = out.beginNested(FEATURES_WANTED);
      int bits = out.beginNested(BITSET_BITS);
      int bit = out.beginNested(BITS_BIT);
      out.attribute(BIT_NAME, TX_CHECKSUM);
      if (on) {
        out.attribute(BIT_VALUE, new byte[0]);
      }
      out.endNested(bit);
      out.endNested(bits);
      out.endNested(wanted);
      return Optional.ofNullable(
          ask(handle, "set %s of link %d %s".formatted(TX_CHECKSUM, link, on ? "on" : "off")));
    });
  }

  private static int findFamily(NetlinkSocket socket) {
    MessageWriter out = begin(socket, CONTROLLER, CTRL_CMD_GETFAMILY, 0);
    out.attribute(CTRL_ATTR_FAMILY_NAME, "ethtool");
    Payload answer = ask(socket, "find the kernel's ethtool");
    if (answer == null) {
      throw Malformed.because("the kernel says nothing of its ethtool");
    }
    return Attributes.in(answer.after(GENL_HDRLEN)).require(CTRL_ATTR_FAMILY_ID).u16(0);
  }

  private static MessageWriter begin(NetlinkSocket socket, int type, int command, int flags) {
    MessageWriter out = socket.writer();
    out.begin(type, NLM_F_REQUEST | flags, socket.sequence(1));
    out.u8(command);
    out.u8(1);
    out.u16(0);
    return out;
  }

  private static void header(MessageWriter out, int link, int flags) {
    int header = out.beginNested(FEATURES_HEADER);
    out.attributeU32(HEADER_DEV_INDEX, link);
    if (flags != 0) {
      out.attributeU32(HEADER_FLAGS, flags);
    }
    out.endNested(header);
  }

  /** The answer; {@code null} if it is only an acknowledgement. */
  private static @Nullable Payload ask(NetlinkSocket socket, String operation) {
    socket.writer().end();
    int sequence = socket.sequence(0) - 1;
    socket.send(1);
    var reader = new MessageReader();
    while (true) {
      reader.reset(socket.buffer(), socket.receive());
      while (reader.next()) {
        if (reader.sequence() != sequence) {
          continue;
        }
        Payload payload = reader.payload();
        if (reader.type() != NetlinkH.NLMSG_ERROR) {
          return payload;
        }
        if (Acknowledgement.errno(payload) != 0) {
          throw Acknowledgement.error(payload, reader.flags(), operation);
        }
        return null;
      }
    }
  }

  /** Searches the list of set bits, each with its name. */
  private static boolean isActive(Payload answer) {
    Payload bits =
        Attributes.in(answer.after(GENL_HDRLEN)).nested(FEATURES_ACTIVE).get(BITSET_BITS);
    if (bits == null) {
      return false;
    }
    for (long at = 0; bits.size() - at >= NetlinkH.NLA_HDRLEN; ) {
      int length = bits.u16(at);
      if (length < NetlinkH.NLA_HDRLEN || length > bits.size() - at) {
        throw Malformed.because("a feature says it has %d bytes".formatted(length));
      }
      Payload bit =
          new Payload(
              bits.bytes(), bits.from() + at + NetlinkH.NLA_HDRLEN, bits.from() + at + length);
      if (Attributes.in(bit).string(BIT_NAME).equals(TX_CHECKSUM)) {
        return true;
      }
      at += NetlinkH.align(length);
    }
    return false;
  }

  @Override
  public void close() {
    socket.close();
  }
}
