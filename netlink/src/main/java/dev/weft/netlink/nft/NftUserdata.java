package dev.weft.netlink.nft;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Data that nft stores with a set to print it ({@code libnftnl/udata.h}); the kernel ignores it.
 * Each entry is a byte for its type, a byte for its length, and the bytes. Numbers are in the byte
 * order of the host.
 */
final class NftUserdata {
  private static final int KEY_BYTE_ORDER = 0;
  private static final int DATA_BYTE_ORDER = 1;
  private static final int KEY_TYPEOF = 3;
  private static final int DATA_TYPEOF = 4;
  private static final int UNKNOWN = 0;
  private static final int HOST = 1;
  private static final int NETWORK = 2;

  /** {@code enum nft_typeof_expr} and {@code enum expr_types}. */
  private static final int EXPRESSION = 0;

  private static final int DATA = 1;
  private static final int PAYLOAD = 7;
  private static final int CONCATENATION = 13;
  private static final int NUMGEN = 23;

  /** {@code enum proto_desc_id} and the index of daddr in its headers. */
  private static final int IP = 12;

  private static final int IP_DADDR = 12;
  private static final int IP6 = 13;
  private static final int IP6_DADDR = 9;

  /** Placeholder for a modulus; each rule has its own. */
  private static final int ANY = 2;

  private NftUserdata() {}

  /** Userdata of a set. */
  static byte[] of(List<NftType> key) {
    int order = key.size() == 1 ? order(key.getFirst()) : UNKNOWN;
    return number(KEY_BYTE_ORDER, order);
  }

  /**
   * Userdata of a map. Numbers of {@code numgen} have no type name, so nft prints expressions with
   * these types instead.
   */
  static byte[] of(List<NftType> key, NftType data) {
    byte[] orders = join(of(key), number(DATA_BYTE_ORDER, order(data)));
    return key.contains(NftType.RANDOM)
        ? join(orders, entry(KEY_TYPEOF, concatenation(key)), entry(DATA_TYPEOF, expression(data)))
        : orders;
  }

  private static int order(NftType type) {
    return switch (type) {
      case IPV4_ADDR, IPV6_ADDR, INET_SERVICE -> NETWORK;
      case INET_PROTO, RANDOM -> HOST;
      case VERDICT -> UNKNOWN;
    };
  }

  private static byte[] concatenation(List<NftType> key) {
    byte[] parts = {};
    for (int i = 0; i < key.size(); i++) {
      parts = join(parts, entry(i, expression(key.get(i))));
    }
    return expression(CONCATENATION, parts);
  }

  private static byte[] expression(NftType type) {
    return switch (type) {
      case IPV4_ADDR -> expression(PAYLOAD, join(number(0, IP), number(1, IP_DADDR)));
      case IPV6_ADDR -> expression(PAYLOAD, join(number(0, IP6), number(1, IP6_DADDR)));
      case RANDOM ->
          expression(
              NUMGEN, join(number(0, NfTablesH.NFT_NG_RANDOM), number(1, ANY), number(2, 0)));
      case INET_PROTO, INET_SERVICE, VERDICT ->
          throw new IllegalArgumentException(
              "a map with numbers drawn at random has addresses beside them, not " + type);
    };
  }

  private static byte[] expression(int kind, byte[] data) {
    return join(number(EXPRESSION, kind), entry(DATA, data));
  }

  private static byte[] number(int type, int number) {
    return entry(
        type, ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(number).array());
  }

  private static byte[] entry(int type, byte[] bytes) {
    return join(new byte[] {(byte) type, (byte) bytes.length}, bytes);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] each : parts) {
      all.writeBytes(each);
    }
    return all.toByteArray();
  }
}
