package dev.weft.netlink;

import static dev.weft.netlink.NetlinkH.NLA_F_NESTED;
import static dev.weft.netlink.NetlinkH.NLA_HDRLEN;
import static dev.weft.netlink.NetlinkH.NLMSG_HDRLEN;
import static dev.weft.netlink.NetlinkH.align;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes netlink messages one after the other into a buffer. Numbers are in native byte order
 * unless a method says otherwise. The kernel expects padding to be zero.
 */
final class MessageWriter {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfShort BE_SHORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt BE_INT = INT.withOrder(ByteOrder.BIG_ENDIAN);

  private final MemorySegment buffer;
  private long position;
  private long message;

  MessageWriter(MemorySegment buffer) {
    this.buffer = buffer;
  }

  void clear() {
    position = 0;
  }

  /** Bytes written so far. */
  long length() {
    return position;
  }

  long remaining() {
    return buffer.byteSize() - position;
  }

  /** Starts a message ({@code struct nlmsghdr}). */
  void begin(int type, int flags, int sequence) {
    message = position;
    buffer.set(SHORT, position + 4, (short) type);
    buffer.set(SHORT, position + 6, (short) flags);
    buffer.set(INT, position + 8, sequence);
    buffer.set(INT, position + 12, 0);
    position += NLMSG_HDRLEN;
  }

  /** Ends the message begun last. */
  void end() {
    buffer.set(INT, message, (int) (position - message));
  }

  /** Has the kernel answer the message begun last even if it succeeds. */
  void acknowledgeLast() {
    long flags = message + 6;
    buffer.set(SHORT, flags, (short) (buffer.get(SHORT, flags) | NetlinkH.NLM_F_ACK));
  }

  void u8(int value) {
    buffer.set(BYTE, position, (byte) value);
    position += 1;
  }

  void u16(int value) {
    buffer.set(SHORT, position, (short) value);
    position += 2;
  }

  void u32(int value) {
    buffer.set(INT, position, value);
    position += 4;
  }

  void u64(long value) {
    buffer.set(LONG, position, value);
    position += 8;
  }

  /** In network byte order. */
  void be16(int value) {
    buffer.set(BE_SHORT, position, (short) value);
    position += 2;
  }

  /** In network byte order. */
  void be32(int value) {
    buffer.set(BE_INT, position, value);
    position += 4;
  }

  void bytes(byte[] value) {
    MemorySegment.copy(value, 0, buffer, BYTE, position, value.length);
    position += value.length;
  }

  void zeros(int count) {
    buffer.asSlice(position, count).fill((byte) 0);
    position += count;
  }

  void attributeU8(int type, int value) {
    header(type, 1);
    buffer.set(INT, position, 0);
    buffer.set(BYTE, position, (byte) value);
    position += 4;
  }

  void attributeU16(int type, int value) {
    header(type, 2);
    buffer.set(INT, position, 0);
    buffer.set(SHORT, position, (short) value);
    position += 4;
  }

  /** In network byte order. */
  void attributeBe16(int type, int value) {
    header(type, 2);
    buffer.set(INT, position, 0);
    buffer.set(BE_SHORT, position, (short) value);
    position += 4;
  }

  void attributeU32(int type, int value) {
    header(type, 4);
    buffer.set(INT, position, value);
    position += 4;
  }

  void attribute(int type, boolean value) {
    attributeU8(type, value ? 1 : 0);
  }

  void attribute(int type, byte[] value) {
    header(type, value.length);
    pad(value.length);
    MemorySegment.copy(value, 0, buffer, BYTE, position, value.length);
    position += align(value.length);
  }

  /** UTF-8 with a zero at the end. */
  void attribute(int type, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    header(type, bytes.length + 1);
    pad(bytes.length + 1);
    MemorySegment.copy(bytes, 0, buffer, BYTE, position, bytes.length);
    position += align(bytes.length + 1);
  }

  void attribute(int type, InetAddress value) {
    attribute(type, value.getAddress());
  }

  void attribute(int type, MacAddress value) {
    header(type, MacAddress.LENGTH);
    buffer.set(BE_INT, position, (int) (value.bits() >>> 16));
    buffer.set(INT, position + 4, 0);
    buffer.set(BE_SHORT, position + 4, (short) value.bits());
    position += 8;
  }

  /** Starts an attribute that holds attributes; its result goes to {@link #endNested}. */
  long beginNested(int type) {
    return beginAttribute(type | NLA_F_NESTED);
  }

  void endNested(long start) {
    endAttribute(start);
  }

  /** Starts an attribute that holds a structure; its result goes to {@link #endAttribute}. */
  long beginAttribute(int type) {
    long start = position;
    header(type, 0);
    return start;
  }

  void endAttribute(long start) {
    long length = position - start;
    buffer.set(SHORT, start, (short) length);
    zeros((int) (align(length) - length));
  }

  private void header(int type, int length) {
    buffer.set(SHORT, position, (short) (NLA_HDRLEN + length));
    buffer.set(SHORT, position + 2, (short) type);
    position += NLA_HDRLEN;
  }

  private void pad(int length) {
    if (length > 0) {
      buffer.set(INT, position + align(length) - 4, 0);
    }
  }
}
