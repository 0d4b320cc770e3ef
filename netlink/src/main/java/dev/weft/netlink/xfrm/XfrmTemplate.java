package dev.weft.netlink.xfrm;

import java.net.InetAddress;

/**
 * Protection that a policy requires ({@code struct xfrm_user_tmpl}).
 *
 * @param source source of the protected packets; counts in tunnel mode only
 * @param destination their destination; counts in tunnel mode only
 * @param protocol number of the IP protocol: 50 is ESP
 * @param spi of the one state to use, 0 for any
 * @param reqid of the states to use, 0 for any
 * @param mode protected part of a packet
 * @param optional whether an inbound packet without this protection is let through
 */
public record XfrmTemplate(
    InetAddress source,
    InetAddress destination,
    int protocol,
    long spi,
    long reqid,
    XfrmMode mode,
    boolean optional) {
  /** ESP in transport mode by states with this reqid. */
  public static XfrmTemplate transport(InetAddress source, InetAddress destination, long reqid) {
    return new XfrmTemplate(
        source, destination, XfrmStateId.ESP, 0, reqid, XfrmMode.TRANSPORT, false);
  }

  /** The same by one state alone. */
  public XfrmTemplate withSpi(long number) {
    return new XfrmTemplate(source, destination, protocol, number, reqid, mode, optional);
  }
}
