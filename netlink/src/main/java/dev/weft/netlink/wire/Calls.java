package dev.weft.netlink.wire;

import dev.weft.netlink.Outcome;
import java.util.List;
import java.util.function.Function;

/**
 * Sends many requests in few system calls. The kernel processes the messages of a call in order
 * before the call returns, and answers each one that fails. Only the last message of a call
 * requests an acknowledgement: it proves that all others without an answer succeeded. A call holds
 * no more requests than the socket has room for answers, should all fail.
 *
 * @param <R> a request
 */
public final class Calls<R> {
  /** Most bytes of the receive buffer that an answer takes, with the kernel's text. */
  private static final int ACKNOWLEDGEMENT = 4096;

  /** Largest request in bytes. */
  public static final int LARGEST = 4096;

  /** Largest number of messages of a request. */
  static final int MOST_OF_ONE = 3;

  private static final int MOST_MESSAGES = 4096;
  private static final Outcome DONE = new Outcome.Done();

  private final NetlinkSocket socket;
  private final Writer<R> writer;
  private final Function<R, String> words;
  private final MessageReader reader = new MessageReader();

  /** Request of each message in the current call, by its index among all requests. */
  private final int[] owners;

  /** Writes requests as messages. */
  @FunctionalInterface
  public interface Writer<R> {
    /**
     * Writes a request: no more than {@link #LARGEST} bytes and {@link #MOST_OF_ONE} messages.
     *
     * @param sequence number of its first message; further ones count on from it
     * @return how many messages it took
     */
    int write(MessageWriter out, R request, int sequence);
  }

  public Calls(NetlinkSocket socket, Writer<R> writer, Function<R, String> words) {
    this.socket = socket;
    this.writer = writer;
    this.words = words;
    int room = socket.receiveBuffer() / ACKNOWLEDGEMENT;
    this.owners = new int[Math.clamp(room, MOST_OF_ONE, MOST_MESSAGES)];
  }

  /** Makes the requests in order and adds the outcome of each. */
  public void execute(List<? extends R> requests, List<Outcome> outcomes) {
    int base = outcomes.size();
    for (int next = 0; next < requests.size(); ) {
      next = sendSome(requests, next, outcomes, base);
    }
  }

  /** Sends as many requests as fit, starting with {@code from}; returns the first one not sent. */
  private int sendSome(List<? extends R> requests, int from, List<Outcome> outcomes, int base) {
    MessageWriter out = socket.writer();
    int first = socket.sequence(0);
    int messages = 0;
    int next = from;
    while (next < requests.size()
        && messages + MOST_OF_ONE <= owners.length
        && out.remaining() >= LARGEST) {
      int written = writer.write(out, requests.get(next), first + messages);
      for (int i = 0; i < written; i++) {
        owners[messages++] = next;
      }
      outcomes.add(DONE);
      next++;
    }
    out.acknowledgeLast();
    socket.sequence(messages);
    socket.send(messages);
    receiveAcknowledgements(requests, first, messages, outcomes.subList(base, outcomes.size()));
    return next;
  }

  private void receiveAcknowledgements(
      List<? extends R> requests, int first, int messages, List<Outcome> outcomes) {
    for (boolean last = false; !last; ) {
      int datagrams = socket.receiveMany();
      for (int i = 0; i < datagrams; i++) {
        socket.read(i, reader);
        while (reader.next()) {
          int number = reader.sequence() - first;
          if (reader.type() == NetlinkH.NLMSG_ERROR && number >= 0 && number < messages) {
            last |= number == messages - 1;
            note(owners[number], requests, outcomes);
          }
        }
      }
    }
  }

  /** Records an outcome; the first failure of a request counts. */
  private void note(int owner, List<? extends R> requests, List<Outcome> outcomes) {
    Payload payload = reader.payload();
    if (Acknowledgement.errno(payload) != 0 && outcomes.get(owner) instanceof Outcome.Done) {
      String operation = words.apply(requests.get(owner));
      outcomes.set(
          owner, new Outcome.Failed(Acknowledgement.error(payload, reader.flags(), operation)));
    }
  }
}
