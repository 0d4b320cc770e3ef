package dev.weft.e2e.machine;

import java.net.InetAddress;

/**
 * Where a node's tunnels end.
 *
 * @param local address that the node has on its wire
 * @param published address by which others reach it
 */
record Ends(InetAddress local, InetAddress published) {
  static Ends onWire(int number, boolean ipv6) {
    InetAddress address = InetAddress.ofLiteral((ipv6 ? "fd00:77::" : "192.0.2.") + number);
    return new Ends(address, address);
  }

  static Ends behindNat(int number) {
    return new Ends(
        InetAddress.ofLiteral("198.51.100." + number),
        InetAddress.ofLiteral("192.0.2." + (100 + number)));
  }
}
