package dev.weft.agent.nri;

import java.nio.ByteBuffer;

/**
 * The framing of the trunk, which multiplexes several connections: the id of a connection and the
 * length of a payload, 32 bits each, big endian; then the payload. Each connection is a stream of
 * bytes: a message may span frames.
 */
final class Trunk {
  /** On this connection the runtime calls the plugin. */
  static final int PLUGIN = 1;

  /** On this connection the plugin calls the runtime. */
  static final int RUNTIME = 2;

  private static final int HEADER = 8;
  private static final int LONGEST_RECEIVED = 1 << 24;

  /** A longer frame would not fit the buffer of a reader on the other side. */
  private static final int LONGEST_SENT = 4096;

  private final ByteBuffer header = ByteBuffer.allocate(HEADER);
  private final Assembly calls = new Assembly();
  private final Assembly answers = new Assembly();
  private int left;

  /** Receives the messages of the trunk. */
  interface Receiver {
    /** The runtime called. */
    void called(Message request);

    /** The runtime answered. */
    void answered(Message response) throws MalformedMessage;
  }

  /** Decodes received bytes and passes complete messages to {@code receiver}. */
  void take(ByteBuffer bytes, Receiver receiver) throws MalformedMessage {
    while (bytes.hasRemaining()) {
      if (left == 0) {
        header(bytes);
      } else {
        payload(bytes, receiver);
      }
    }
  }

  private void header(ByteBuffer bytes) throws MalformedMessage {
    while (header.hasRemaining() && bytes.hasRemaining()) {
      header.put(bytes.get());
    }
    if (header.hasRemaining()) {
      return;
    }
    left = header.getInt(Integer.BYTES);
    if (left < 0 || left > LONGEST_RECEIVED) {
      throw new MalformedMessage(
          "a frame of %s bytes, the most is %d"
              .formatted(Integer.toUnsignedString(left), LONGEST_RECEIVED));
    }
    if (left == 0) {
      header.clear();
    }
  }

  private void payload(ByteBuffer bytes, Receiver receiver) throws MalformedMessage {
    ByteBuffer piece = bytes.slice(bytes.position(), Math.min(left, bytes.remaining()));
    bytes.position(bytes.position() + piece.remaining());
    left -= piece.remaining();
    int connection = header.getInt(0);
    if (left == 0) {
      header.clear();
    }
    while (piece.hasRemaining()) {
      switch (connection) {
        case PLUGIN -> calls.take(piece).ifPresent(receiver::called);
        case RUNTIME -> {
          var answer = answers.take(piece);
          if (answer.isPresent()) {
            receiver.answered(answer.get());
          }
        }
        default -> piece.position(piece.limit());
      }
    }
  }

  /** A message framed for {@code connection}. */
  static ByteBuffer framed(int connection, Message message) {
    ByteBuffer whole = message.encoded();
    int frames = (whole.remaining() + LONGEST_SENT - 1) / LONGEST_SENT;
    ByteBuffer framed = ByteBuffer.allocate(whole.remaining() + frames * HEADER);
    while (whole.hasRemaining()) {
      int length = Math.min(whole.remaining(), LONGEST_SENT);
      framed.putInt(connection).putInt(length).put(whole.slice(whole.position(), length));
      whole.position(whole.position() + length);
    }
    return framed.flip();
  }
}
