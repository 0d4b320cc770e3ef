package dev.weft.process;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses {@code 127.0.0.1:9810}, {@code [::1]:9810}, or {@code :9810} for all addresses. */
public final class ListenAddress implements ITypeConverter<InetSocketAddress> {
  private static final int LAST_PORT = 65535;

  @Override
  public InetSocketAddress convert(String text) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      String host = text.substring(0, Math.max(0, colon)).replaceAll("^\\[(.*)]$", "$1");
      if (colon >= 0 && port >= 0 && port <= LAST_PORT) {
        return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
      }
    } catch (NumberFormatException e) {
      throw malformed(text, e);
    }
    throw malformed(text, null);
  }

  private static TypeConversionException malformed(String text, @Nullable Exception cause) {
    TypeConversionException malformed =
        new TypeConversionException(
            "'%s' is no address and port; write one such as 127.0.0.1:9810".formatted(text));
    if (cause != null) {
      malformed.initCause(cause);
    }
    return malformed;
  }
}
