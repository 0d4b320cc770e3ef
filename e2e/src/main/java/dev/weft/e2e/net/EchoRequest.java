package dev.weft.e2e.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/**
 * An ICMP echo request over IPv4 as seen on a link.
 *
 * @param from its source
 * @param to its destination
 */
public record EchoRequest(InetAddress from, InetAddress to) {
  private static final int ETHERNET = 14;

  /** Reads a captured Ethernet frame; empty if it is anything else. */
  public static Optional<EchoRequest> read(byte[] frame) {
    if (frame.length < ETHERNET + 28
        || frame[12] != 0x08
        || frame[13] != 0
        || frame[ETHERNET + 9] != 1
        || frame[ETHERNET + (frame[ETHERNET] & 0x0f) * 4] != 8) {
      return Optional.empty();
    }
    return Optional.of(
        new EchoRequest(address(frame, ETHERNET + 12), address(frame, ETHERNET + 16)));
  }

  private static InetAddress address(byte[] frame, int from) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(frame, from, from + 4));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
