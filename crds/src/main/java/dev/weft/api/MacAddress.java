package dev.weft.api;

import java.util.Locale;
import java.util.regex.Pattern;

/** Parses the MAC addresses that an interface may have. */
final class MacAddress {
  private static final Pattern VALID = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");

  private MacAddress() {}

  /**
   * Parses a MAC address; the result is in lower case.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  static String parse(String text) {
    String mac = text.toLowerCase(Locale.ROOT);
    if (!VALID.matcher(mac).matches()) {
      throw new IllegalArgumentException("it is not a MAC address such as 02:42:0a:00:00:07");
    }
    if ((Character.digit(mac.charAt(1), 16) & 1) != 0) {
      throw new IllegalArgumentException("it is a group address, an interface cannot have it");
    }
    if (mac.equals("00:00:00:00:00:00")) {
      throw new IllegalArgumentException("an interface cannot have the address of zeros");
    }
    return mac;
  }
}
