package dev.weft.netlink.xfrm;

import java.net.InetAddress;

/**
 * What a policy asks of the states that protect a packet ({@code struct xfrm_user_tmpl}).
 *
 * @param source where the protected packets come from; counts in tunnel mode only
 * @param destination where they go; counts in tunnel mode only
 * @param protocol number of the IP protocol: 50 is ESP
 * @param spi of the one state to use, 0 for any
 * @param reqid of the states to use, 0 for any
 * @param mode what of a packet is protected
 * @param optional whether a packet without this protection is let through when it comes in
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
