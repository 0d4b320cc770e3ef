package dev.weft.agent.nri;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Puts the messages of one connection together from the pieces they come in. Holds at most twice
 * what has come of the message that is under way, not the length that it claims.
 */
final class Assembly {
  private static final int FIRST = 4096;

  private final ByteBuffer header = ByteBuffer.allocate(Message.HEADER);
  private byte[] body = {};
  private int length;
  private int filled;

  /**
   * Takes from {@code piece} what belongs to the message under way.
   *
   * @return the message, once it is whole; empty: {@code piece} is used up
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
