package dev.weft.netlink;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Many requests in few system calls. The kernel acts on the messages of a call in order, before the
 * call returns, and answers each that fails. Only the last one of a call asks to be answered in any
 * case: that answer says that those before it without one have succeeded. No more are sent at a
 * time than the socket has room for answers, should all fail.
 */
final class Batch {
  /** What an answer takes of the receive buffer, at most, with the kernel's words. */
  private static final int ACKNOWLEDGEMENT = 4096;

  private static final int MOST_MESSAGES = 4096;
  private static final Outcome DONE = new Outcome.Done();

  private final NetlinkSocket socket;
  private final MessageReader reader = new MessageReader();

  /** The request that each message of the call under way belongs to. */
  private final int[] owners;

  Batch(NetlinkSocket socket) {
    this.socket = socket;
    int room = socket.receiveBuffer() / ACKNOWLEDGEMENT;
    this.owners = new int[Math.clamp(room, RequestWriter.MOST_MESSAGES, MOST_MESSAGES)];
  }

  List<Outcome> execute(List<? extends Request> requests) {
    var outcomes = new ArrayList<Outcome>(requests.size());
    int next = 0;
    while (next < requests.size()) {
      if (requests.get(next) instanceof Request.LinkAdd add
          && add.spec().settings().needsSecondStep()) {
        outcomes.add(addInSteps(add));
        next++;
      } else {
        next = sendSome(requests, next, outcomes);
      }
    }
    return outcomes;
  }

  /** Sends as many requests as fit, from this one on; returns the first one not sent. */
  private int sendSome(List<? extends Request> requests, int from, List<Outcome> outcomes) {
    MessageWriter writer = socket.writer();
    int first = socket.sequence(0);
    int messages = 0;
    int next = from;
    while (next < requests.size()
        && messages + RequestWriter.MOST_MESSAGES <= owners.length
        && writer.remaining() >= RequestWriter.LARGEST) {
      Request request = requests.get(next);
      if (next > from
          && request instanceof Request.LinkAdd(LinkSpec spec)
          && spec.settings().needsSecondStep()) {
        break;
      }
      int written = RequestWriter.write(writer, request, first + messages);
      for (int i = 0; i < written; i++) {
        owners[messages++] = next;
      }
      outcomes.add(DONE);
      next++;
    }
    writer.acknowledgeLast();
    socket.sequence(messages);
    socket.send(messages);
    receiveAcknowledgements(requests, first, messages, outcomes);
    return next;
  }

  private void receiveAcknowledgements(
      List<? extends Request> requests, int first, int messages, List<Outcome> outcomes) {
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

  /** The first failure of a request is its outcome. */
  private void note(int owner, List<? extends Request> requests, List<Outcome> outcomes) {
    Payload payload = reader.payload();
    if (Acknowledgement.errno(payload) != 0 && outcomes.get(owner) instanceof Outcome.Done) {
      String operation = requests.get(owner).inWords();
      outcomes.set(
          owner, new Outcome.Failed(Acknowledgement.error(payload, reader.flags(), operation)));
    }
  }

  private Outcome addInSteps(Request.LinkAdd add) {
    LinkSpec spec = add.spec();
    var added = new ArrayList<Outcome>(1);
    sendSome(List.of(add), 0, added);
    if (added.getFirst() instanceof Outcome.Failed failed) {
      return failed;
    }
    @Nullable Link link = Query.link(socket, spec.name()).orElse(null);
    if (link == null) {
      return new Outcome.Failed(
          new NetlinkException(
              add.inWords(), Errno.ENODEV, "somebody removed or renamed it while it was made"));
    }
    var set = new ArrayList<Outcome>(1);
    sendSome(List.of(LinkWriter.secondStep(link.index(), spec.settings())), 0, set);
    if (set.getFirst() instanceof Outcome.Failed(NetlinkException error)) {
      sendSome(List.of(new Request.LinkRemove(link.index())), 0, new ArrayList<>(1));
      return new Outcome.Failed(
          new NetlinkException(add.inWords(), error.errno(), error.explanation()));
    }
    return set.getFirst();
  }
}
