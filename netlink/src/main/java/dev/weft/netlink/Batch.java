package dev.weft.netlink;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Many requests in few system calls. The kernel acts on all messages of a call before the call
 * returns, and by then has queued an acknowledgement for each. So no more are sent at a time than
 * the socket has room for acknowledgements.
 */
final class Batch {
  /** What an acknowledgement takes of the receive buffer, at most, with the kernel's words. */
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
    socket.sequence(messages);
    socket.send(messages);
    receiveAcknowledgements(requests, first, messages, outcomes);
    return next;
  }

  private void receiveAcknowledgements(
      List<? extends Request> requests, int first, int messages, List<Outcome> outcomes) {
    for (int missing = messages; missing > 0; ) {
      int datagrams = socket.receiveMany();
      for (int i = 0; i < datagrams; i++) {
        socket.read(i, reader);
        while (reader.next()) {
          int number = reader.sequence() - first;
          if (reader.type() == NetlinkH.NLMSG_ERROR && number >= 0 && number < messages) {
            missing--;
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
