package dev.weft.netlink.wire;

import static dev.weft.netlink.wire.NetlinkH.NLM_F_DUMP;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_DUMP_INTR;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_REQUEST;

import dev.weft.netlink.Errno;
import dev.weft.netlink.NetlinkException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request for a list.
 *
 * @param operation requested operation, in words
 * @param type of the request
 * @param header writes what follows the request's message header
 * @param read decodes an entry of the answer; {@code null} to skip it
 */
public record Dump<T>(
    String operation,
    int type,
    Consumer<MessageWriter> header,
    Function<Payload, @Nullable T> read) {
  private static final int ATTEMPTS = 32;

  /** Attempts at a bounded list: a process that fills the list may also keep changing it. */
  private static final int FEW_ATTEMPTS = 4;

  private static final int E2BIG = 7;

  /** A consistent list: the dump is repeated if something changed during it. */
  public List<T> run(NetlinkSocket socket) {
    return run(socket, Integer.MAX_VALUE, ATTEMPTS);
  }

  /**
   * The list, if the kernel has no more entries than {@code most}. Otherwise it throws without
   * reading the rest, and the socket can only be closed.
   */
  public List<T> run(NetlinkSocket socket, int most) {
    return run(socket, most, FEW_ATTEMPTS);
  }

  private List<T> run(NetlinkSocket socket, int most, int attempts) {
    for (int attempt = 0; attempt < attempts; attempt++) {
      var list = new ArrayList<T>();
      if (attempt(socket, list, most)) {
        return list;
      }
    }
    throw new NetlinkException(
        operation, Errno.EAGAIN, "it changed during each of %d attempts".formatted(attempts));
  }

  /** False if something changed during the dump. */
  private boolean attempt(NetlinkSocket socket, List<T> list, int most) {
    MessageWriter out = socket.writer();
    int sequence = socket.sequence(1);
    out.begin(type, NLM_F_REQUEST | NLM_F_DUMP, sequence);
    header.accept(out);
    out.end();
    Counters.DUMPS.increment();
    socket.send(1);
    var answer = new Answer<>(this, sequence, list);
    while (!answer.complete) {
      answer.take(socket.buffer(), socket.receive());
      if (answer.entries > most) {
        throw new NetlinkException(operation, E2BIG, "there are more than %d".formatted(most));
      }
    }
    if (answer.error != null) {
      throw answer.error;
    }
    return !answer.interrupted;
  }

  /** The answer to a dump. It skips and counts entries that cannot be decoded. */
  public static final class Answer<T> {
    private final Dump<T> dump;
    private final int sequence;
    private final List<T> list;
    private final MessageReader reader = new MessageReader();
    private int entries;
    private boolean complete;
    private boolean interrupted;
    private @Nullable NetlinkException error;

    public Answer(Dump<T> dump, int sequence, List<T> list) {
      this.dump = dump;
      this.sequence = sequence;
      this.list = list;
    }

    /** Reads the entries of a datagram. */
    public void take(MemorySegment datagram, int size) {
      reader.reset(datagram, size);
      while (!complete && reader.next()) {
        if (reader.sequence() == sequence) {
          message();
        }
      }
    }

    private void message() {
      interrupted |= (reader.flags() & NLM_F_DUMP_INTR) != 0;
      Payload payload = reader.payload();
      switch (reader.type()) {
        case NetlinkH.NLMSG_DONE -> {
          complete = true;
          if (payload.size() >= 4 && Acknowledgement.errno(payload) > 0 && error == null) {
            error = Acknowledgement.dumpError(payload, reader.flags(), dump.operation);
          }
        }
        case NetlinkH.NLMSG_ERROR -> {
          complete = true;
          error = Acknowledgement.error(payload, reader.flags(), dump.operation);
        }
        default -> entry(payload);
      }
    }

    private void entry(Payload payload) {
      entries++;
      try {
        T entry = dump.read.apply(payload);
        if (entry != null) {
          list.add(entry);
        }
      } catch (RuntimeException e) {
        Unreadable.skip(dump.operation, e);
      }
    }
  }
}
