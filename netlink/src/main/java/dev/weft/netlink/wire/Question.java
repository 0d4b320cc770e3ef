package dev.weft.netlink.wire;

import dev.weft.netlink.NetlinkException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends one message and reads its one answer. */
public final class Question {
  private Question() {}

  /** Empty if the kernel answers with the error number {@code absent}. */
  public static <T> Optional<T> askFor(int absent, Supplier<@Nullable T> question) {
    try {
      return Optional.ofNullable(question.get());
    } catch (NetlinkException e) {
      if (e.errno() == absent) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Reads the answer, or the acknowledgement of a message that requests one instead. */
  public static <T extends @Nullable Object> T ask(
      NetlinkSocket socket, int sequence, String operation, Function<Payload, T> read) {
    var reader = new MessageReader();
    socket.send(1);
    while (true) {
      reader.reset(socket.buffer(), socket.receive());
      while (reader.next()) {
        if (reader.sequence() != sequence) {
          continue;
        }
        Payload payload = reader.payload();
        if (reader.type() != NetlinkH.NLMSG_ERROR || Acknowledgement.errno(payload) == 0) {
          return read.apply(payload);
        }
        throw Acknowledgement.error(payload, reader.flags(), operation);
      }
    }
  }
}
