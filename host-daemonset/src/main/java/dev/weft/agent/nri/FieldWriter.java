package dev.weft.agent.nri;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the fields of a protobuf message. */
final class FieldWriter {
  private static final int BYTES = 2;
  private static final int TYPE_BITS = 3;
  private static final int PAYLOAD_BITS = 7;
  private static final int MORE = 1 << PAYLOAD_BITS;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Writes a numeric field; omits zero, which is the default. */
  FieldWriter number(int field, long value) {
    if (value != 0) {
      varint((long) field << TYPE_BITS);
      varint(value);
    }
    return this;
  }

  FieldWriter text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  FieldWriter message(int field, FieldWriter value) {
    return bytes(field, value.encoded());
  }

  FieldWriter bytes(int field, byte[] value) {
    varint((long) field << TYPE_BITS | BYTES);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  byte[] encoded() {
    return out.toByteArray();
  }

  private void varint(long value) {
    long left = value;
    while ((left & -MORE) != 0) {
      out.write((int) (left | MORE));
      left >>>= PAYLOAD_BITS;
    }
    out.write((int) left);
  }
}
