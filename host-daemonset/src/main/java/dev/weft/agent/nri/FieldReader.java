package dev.weft.agent.nri;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of a protobuf message in sequence. It supports only what NRI uses; groups, which
 * no current message has, are malformed.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the encoding</a>
 */
final class FieldReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;
  private static final int TYPE_BITS = 3;
  private static final int TYPE_MASK = (1 << TYPE_BITS) - 1;
  private static final int PAYLOAD_BITS = 7;
  private static final int PAYLOAD_MASK = (1 << PAYLOAD_BITS) - 1;

  private final ByteBuffer bytes;
  private int number;
  private long scalar;
  private ByteBuffer value = ByteBuffer.allocate(0);

  FieldReader(byte[] message) {
    this(ByteBuffer.wrap(message));
  }

  private FieldReader(ByteBuffer message) {
    bytes = message;
  }

  /** Advances to the next field; false at the end of the message. */
  boolean next() throws MalformedMessage {
    if (!bytes.hasRemaining()) {
      return false;
    }
    long tag = varint();
    number = (int) (tag >>> TYPE_BITS);
    scalar = 0;
    value = ByteBuffer.allocate(0);
    switch ((int) tag & TYPE_MASK) {
      case VARINT -> scalar = varint();
      case FIXED64 -> scalar = slice(Long.BYTES).getLong();
      case FIXED32 -> scalar = slice(Integer.BYTES).getInt();
      case BYTES -> value = slice(varint());
      default -> throw new MalformedMessage("a field of type " + (tag & TYPE_MASK));
    }
    return true;
  }

  /** The field's number. */
  int number() {
    return number;
  }

  /** Value of a numeric field; 0 for other types. */
  long scalar() {
    return scalar;
  }

  /** A boolean field's value. */
  boolean flag() {
    return scalar != 0;
  }

  /** Value of a text field; invalid UTF-8 is replaced. */
  String text() {
    return StandardCharsets.UTF_8.decode(value.duplicate()).toString();
  }

  /** A byte field's value. */
  byte[] bytes() {
    byte[] copy = new byte[value.remaining()];
    value.duplicate().get(copy);
    return copy;
  }

  /** The fields of a message field. */
  FieldReader message() {
    return new FieldReader(value.duplicate());
  }

  private ByteBuffer slice(long length) throws MalformedMessage {
    if (length < 0 || length > bytes.remaining()) {
      throw new MalformedMessage("a field is longer than its message");
    }
    ByteBuffer slice = bytes.slice(bytes.position(), (int) length);
    bytes.position(bytes.position() + (int) length);
    return slice;
  }

  private long varint() throws MalformedMessage {
    long result = 0;
    for (int shift = 0; shift < Long.SIZE; shift += PAYLOAD_BITS) {
      if (!bytes.hasRemaining()) {
        throw new MalformedMessage("a number is cut off");
      }
      byte next = bytes.get();
      result |= (long) (next & PAYLOAD_MASK) << shift;
      if (next >= 0) {
        return result;
      }
    }
    throw new MalformedMessage("a number has more than ten bytes");
  }
}
