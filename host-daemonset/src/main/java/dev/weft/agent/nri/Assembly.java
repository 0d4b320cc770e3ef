package dev.weft.agent.nri;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Assembles the messages of one connection from the received pieces. Its buffer grows with the
 * received bytes, to at most twice their number, not to the length that a message claims.
 */
final class Assembly {
  private static final int FIRST = 4096;

  private final ByteBuffer header = ByteBuffer.allocate(Message.HEADER);
  private byte[] body = {};
  private int length;
  private int filled;

  /**
   * Takes the bytes of the current message from {@code piece}.
   *
   * @return the message once it is complete; empty if {@code piece} is used up
   */
  Optional<Message> take(ByteBuffer piece) throws MalformedMessage {
    while (header.hasRemaining() && piece.hasRemaining()) {
      header.put(piece.get());
      if (!header.hasRemaining()) {
        begin();
      }
    }
    if (header.hasRemaining()) {
      return Optional.empty();
    }
    fill(piece);
    return filled == length ? Optional.of(end()) : Optional.empty();
  }

  private void begin() throws MalformedMessage {
    length = header.getInt(0);
    if (length < 0 || length > Message.LONGEST) {
      throw new MalformedMessage(
          "a message of %s bytes, the most is %d"
              .formatted(Integer.toUnsignedString(length), Message.LONGEST));
    }
    body = new byte[Math.min(length, FIRST)];
    filled = 0;
  }

  private void fill(ByteBuffer piece) {
    int more = Math.min(piece.remaining(), length - filled);
    if (filled + more > body.length) {
      body = Arrays.copyOf(body, Math.min(length, Math.max(2 * body.length, filled + more)));
    }
    piece.get(body, filled, more);
    filled += more;
  }

  private Message end() {
    Message message =
        new Message(header.getInt(Integer.BYTES), header.get(2 * Integer.BYTES), body);
    header.clear();
    body = new byte[0];
    return message;
  }
}
