package dev.weft.api;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Parses and formats IP addresses: dotted decimal for IPv4, RFC 4291 section 2.2 and RFC 5952 for
 * IPv6.
 */
final class AddressText {
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,2}");
  private static final Pattern GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");
  private static final int LONGEST = 45;

  private AddressText() {}

  static byte[] parse(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "an address has at most %d characters, this text has %d"
              .formatted(LONGEST, text.length()));
    }
    byte[] bytes = new byte[text.indexOf(':') >= 0 ? 16 : 4];
    boolean valid = bytes.length == 4 ? readIpv4(text, bytes, 0) : readIpv6(text, bytes);
    if (!valid) {
      throw new IllegalArgumentException("'%s' is not an IP address".formatted(text));
    }
    return bytes;
  }

  private static boolean readIpv4(String text, byte[] bytes, int offset) {
    String[] numbers = text.split("\\.", -1);
    if (numbers.length != 4) {
      return false;
    }
    for (int i = 0; i < 4; i++) {
      if (!NUMBER.matcher(numbers[i]).matches() || Integer.parseInt(numbers[i]) > 255) {
        return false;
      }
      bytes[offset + i] = (byte) Integer.parseInt(numbers[i]);
    }
    return true;
  }

  private static boolean readIpv6(String text, byte[] bytes) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      return readGroups(text, bytes) == 16;
    }
    byte[] tail = new byte[16];
    String head = text.substring(0, gap);
    int before = readGroups(head, bytes);
    int after = readGroups(text.substring(gap + 2), tail);
    if (head.indexOf('.') >= 0 || before < 0 || after < 0 || before + after > 14) {
      return false;
    }
    System.arraycopy(tail, 0, bytes, 16 - after, after);
    return true;
  }

  /** Number of bytes that the groups fill; -1 if they are malformed. */
  private static int readGroups(String text, byte[] bytes) {
    if (text.isEmpty()) {
      return 0;
    }
    int at = 0;
    String[] groups = text.split(":", -1);
    for (int i = 0; i < groups.length; i++) {
      String group = groups[i];
      if (i == groups.length - 1 && group.indexOf('.') >= 0) {
        return at <= 12 && readIpv4(group, bytes, at) ? at + 4 : -1;
      }
      if (at > 14 || !GROUP.matcher(group).matches()) {
        return -1;
      }
      int value = HexFormat.fromHexDigits(group);
      bytes[at++] = (byte) (value >> 8);
      bytes[at++] = (byte) value;
    }
    return at;
  }

  static String of(byte[] bytes) {
    return bytes.length == 4
        ? "%d.%d.%d.%d"
            .formatted(bytes[0] & 0xff, bytes[1] & 0xff, bytes[2] & 0xff, bytes[3] & 0xff)
        : ipv6(bytes);
  }

  /** Eight groups of four digits, joined by {@code separator}. */
  static String groups(byte[] bytes, String separator) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      text.append(i == 0 ? "" : separator).append("%04x".formatted(group(bytes, i)));
    }
    return text.toString();
  }

  private static String ipv6(byte[] bytes) {
    int start = -1;
    int longest = 1;
    for (int i = 0; i < 8; i++) {
      int length = zeros(bytes, i);
      if (length > longest) {
        start = i;
        longest = length;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == start) {
        text.append("::");
        i += longest - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
            .append(Integer.toHexString(group(bytes, i)));
      }
    }
    return text.toString();
  }

  private static int zeros(byte[] bytes, int from) {
    int to = from;
    while (to < 8 && group(bytes, to) == 0) {
      to++;
    }
    return to - from;
  }

  private static int group(byte[] bytes, int index) {
    return ((bytes[2 * index] & 0xff) << 8) | (bytes[2 * index + 1] & 0xff);
  }
}
