package dev.weft.e2e.hostile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Messages for nf_tables, byte by byte (linux/netfilter/nf_tables.h), which nft would not write.
 */
final class RawTables {
  private static final int REQUEST = 1;
  private static final int CREATE = 0x400;
  private static final int BEGIN = 16;
  private static final int END = 17;
  private static final int NFTABLES = 10;
  private static final int NEW_TABLE = NFTABLES << 8;
  private static final int DELETE_TABLE = NFTABLES << 8 | 2;
  private static final int NEW_SET = NFTABLES << 8 | 9;
  private static final int UNSPEC = 0;
  private static final int INET = 1;

  private RawTables() {}

  static List<byte[]> transaction(byte[]... messages) {
    List<byte[]> all = new ArrayList<>();
    all.add(message(BEGIN, REQUEST, UNSPEC, NFTABLES));
    all.addAll(List.of(messages));
    all.add(message(END, REQUEST, UNSPEC, NFTABLES));
    return all;
  }

  static byte[] table(String name) {
    return message(NEW_TABLE, REQUEST | CREATE, INET, 0, attribute(1, text(name)));
  }

  static byte[] noTable(String name) {
    return message(DELETE_TABLE, REQUEST, INET, 0, attribute(1, text(name)));
  }

  /**
   * A set whose user data declares the key's type by an unknown kind of expression. libnftables 1.0
   * to 1.1 ends its process when it lists the tables of this namespace.
   */
  static byte[] unprintableSet(String table, String set) {
    byte[] expression = join(entry(0, number(0xdead)), entry(1, entry(0, number(0))));
    return message(
        NEW_SET,
        REQUEST | CREATE,
        INET,
        0,
        attribute(1, text(table)),
        attribute(2, text(set)),
        attribute(3, bigEndian(0)),
        attribute(4, bigEndian(7)),
        attribute(5, bigEndian(4)),
        attribute(10, bigEndian(1)),
        attribute(13, join(entry(0, number(2)), entry(3, expression))));
  }

  private static byte[] message(int type, int flags, int family, int resource, byte[]... parts) {
    byte[] payload = join(parts);
    return join(
        nativeOrder(16)
            .putInt(20 + payload.length)
            .putShort((short) type)
            .putShort((short) flags)
            .array(),
        new byte[] {(byte) family, 0, (byte) (resource >> 8), (byte) resource},
        payload);
  }

  private static byte[] attribute(int type, byte[] value) {
    return nativeOrder(4 + value.length + 3 & ~3)
        .putShort((short) (4 + value.length))
        .putShort((short) type)
        .put(value)
        .array();
  }

  private static byte[] entry(int type, byte[] value) {
    return join(new byte[] {(byte) type, (byte) value.length}, value);
  }

  private static byte[] number(int value) {
    return nativeOrder(4).putInt(value).array();
  }

  private static byte[] bigEndian(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] text(String text) {
    return (text + '\0').getBytes(StandardCharsets.US_ASCII);
  }

  private static ByteBuffer nativeOrder(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(each -> each.length).sum());
    for (byte[] each : parts) {
      all.put(each);
    }
    return all.array();
  }
}
