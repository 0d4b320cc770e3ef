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
 * Changes of one table of family inet, in order, as one transaction: all take effect, or none
 * (linux/netfilter/nfnetlink.h). Unlike {@link Nftables} it reads nothing from the namespace, so it
 * can write next to tables of an untrusted process.
 *
 * @param table name of the table
 */
public record NftBatch(String table, List<NftChange> changes) {
  /** Keeps a copy of {@code changes}. */
  public NftBatch {
    changes = List.copyOf(changes);
  }

  /**
   * Commits the changes in a namespace; an empty batch does nothing.
   *
   * @throws NetlinkException for the first change that the kernel refused; nothing has changed then
   */
  public void commit(NetworkNamespace namespace) {
    try (NetlinkSocket socket = namespace.call(NetlinkSocket::netfilter)) {
      int _ = commit(socket);
    }
  }

  /** Commits through an unused socket; returns how many bytes were read. */
  int commit(NetlinkSocket socket) {
    List<NftMessage> messages = NftBatchWriter.write(this);
    if (messages.isEmpty()) {
      return 0;
    }
    socket.send(messages.stream().map(NftMessage::bytes).toList());
    return readAnswer(socket, messages);
  }

  /**
   * Reads up to the first error or the answer to the last change. The kernel queues all answers
   * before the send returns, so there is nothing to wait for. It reports a failure of the whole
   * transaction as an error of its first message, before all other answers.
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
