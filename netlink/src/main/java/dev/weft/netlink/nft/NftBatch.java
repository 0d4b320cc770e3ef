package dev.weft.netlink.nft;

import static dev.weft.netlink.wire.NetlinkH.NLMSG_ERROR;

import dev.weft.netlink.Errno;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.wire.Acknowledgement;
import dev.weft.netlink.wire.MessageReader;
import dev.weft.netlink.wire.NetlinkSocket;
import dev.weft.netlink.wire.Payload;
import java.util.List;

/**
 * Changes of one table of the family inet, in order, as one transaction: all take effect, or none
 * (linux/netfilter/nfnetlink.h). Unlike {@link Nftables} it reads nothing of the namespace, so it
 * may write where another process keeps tables that cannot be trusted.
 *
 * @param table name of the table
 */
public record NftBatch(String table, List<NftChange> changes) {
  /** Keeps a copy of {@code changes}. */
  public NftBatch {
    changes = List.copyOf(changes);
  }

  /**
   * Makes the changes in a namespace. A batch that asks for nothing does nothing.
   *
   * @throws NetlinkException of the first change that the kernel refused; nothing has changed then
   */
  public void commit(NetworkNamespace namespace) {
    try (NetlinkSocket socket = namespace.call(NetlinkSocket::netfilter)) {
      int _ = commit(socket);
    }
  }

  /** The same by a socket that nothing was sent by; returns how many bytes were read. */
  int commit(NetlinkSocket socket) {
    List<NftMessage> messages = NftBatchWriter.write(this);
    if (messages.isEmpty()) {
      return 0;
    }
    socket.send(messages.stream().map(NftMessage::bytes).toList());
    return readAnswer(socket, messages);
  }

  /**
   * Reads as far as the first error or the answer to the last change. The kernel puts all answers
   * into the queue before the call that sent returns: there is none to wait for. It answers a
   * failure of the transaction as a whole as one of the message that begins it, before all others.
   */
  private static int readAnswer(NetlinkSocket socket, List<NftMessage> messages) {
    MessageReader reader = new MessageReader();
    int last = messages.size() - 2;
    int read = 0;
    for (boolean answered = false; !answered; ) {
      int size = socket.receiveNow();
      if (size < 0) {
        throw unanswered(messages.getFirst().words(), -size);
      }
      read += size;
      reader.reset(socket.buffer(), socket.requireFit(size));
      while (reader.next()) {
        int number = reader.sequence();
        if (reader.type() == NLMSG_ERROR && number >= 0 && number <= last) {
          requireSuccess(reader, messages.get(number).words());
          answered |= number == last;
        }
      }
    }
    return read;
  }

  private static void requireSuccess(MessageReader reader, String operation) {
    Payload payload = reader.payload();
    if (Acknowledgement.errno(payload) != 0) {
      throw Acknowledgement.error(payload, reader.flags(), operation);
    }
  }

  private static NetlinkException unanswered(String operation, int errno) {
    return errno == Errno.EAGAIN
        ? new NetlinkException(operation, 0, "the kernel gave no answer")
        : new NetlinkException(operation, errno, null);
  }
}
