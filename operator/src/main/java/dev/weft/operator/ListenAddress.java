package dev.weft.operator;

import java.net.InetSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an address to listen on, such as 127.0.0.1:9811, [::1]:9811, or :9811 for every one. */
final class ListenAddress implements ITypeConverter<InetSocketAddress> {
  private static final int LAST_PORT = 65_535;

  @Override
  public InetSocketAddress convert(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw new TypeConversionException(
          "'" + text + "' is not of the form 127.0.0.1:9811 or :9811");
    }
    int port = port(text.substring(colon + 1));
    return colon == 0
        ? new InetSocketAddress(port)
        : new InetSocketAddress(host(text.substring(0, colon)), port);
  }

  private static String host(String text) {
    return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= LAST_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      // reported below, with every other text that is no port
    }
    throw new TypeConversionException("'" + text + "' is no port; it is a number from 0 to 65535");
  }
}
