package dev.weft.netlink.wire;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A range of bytes of a message: a fixed header, or the value of an attribute. A read beyond its
 * end is a {@link NetlinkException}.
 *
 * @param bytes memory that holds the range
 * @param from its first byte
 * @param to the byte after its last
 */
public record Payload(MemorySegment bytes, long from, long to) {
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfShort BE_SHORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt BE_INT = INT.withOrder(ByteOrder.BIG_ENDIAN);

  public long size() {
    return to - from;
  }

  public int u8(long offset) {
    return bytes.get(ValueLayout.JAVA_BYTE, at(offset, 1)) & 0xff;
  }

  public int u16(long offset) {
    return bytes.get(SHORT, at(offset, 2)) & 0xffff;
  }

  /** In network byte order. */
  public int be16(long offset) {
    return bytes.get(BE_SHORT, at(offset, 2)) & 0xffff;
  }

  public int u32(long offset) {
    return bytes.get(INT, at(offset, 4));
  }

  /** In network byte order, as an unsigned number. */
  public long be32(long offset) {
    return Integer.toUnsignedLong(bytes.get(BE_INT, at(offset, 4)));
  }

  public long u64(long offset) {
    return bytes.get(LONG, at(offset, 8));
  }

  /** So many bytes, starting at an offset. */
  public Payload slice(long offset, int length) {
    long start = at(offset, length);
    return new Payload(bytes, start, start + length);
  }

  public byte[] array() {
    return bytes.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Text up to its first zero byte, or to the end. */
  public String string() {
    byte[] text = array();
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new String(text, 0, end, StandardCharsets.UTF_8);
  }

  /** Whether it has the length of a MAC address; links of other types have other lengths. */
  boolean isMac() {
    return size() == MacAddress.LENGTH;
  }

  MacAddress mac() {
    if (!isMac()) {
      throw Malformed.because("a MAC address has %d bytes".formatted(size()));
    }
    long high = Integer.toUnsignedLong(bytes.get(BE_INT, from));
    return new MacAddress(high << 16 | be16(4));
  }

  public InetAddress address() {
    if (size() != 4 && size() != 16) {
      throw Malformed.because("an IP address has %d bytes".formatted(size()));
    }
    return IpPrefix.addressOf(array());
  }

  /** The bytes after a fixed header of this many bytes. */
  public Payload after(long header) {
    return new Payload(bytes, at(header, 0), to);
  }

  private long at(long offset, int width) {
    if (offset < 0 || offset > size() - width) {
      throw Malformed.because("%d bytes are needed at %d of %d".formatted(width, offset, size()));
    }
    return from + offset;
  }
}
