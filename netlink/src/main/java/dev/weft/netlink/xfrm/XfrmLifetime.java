package dev.weft.netlink.xfrm;

/**
 * How long a state or policy lives ({@code struct xfrm_lifetime_cfg}).
 *
 * @param soft reaching one of these only notifies monitors
 * @param hard reaching one of these removes it
 */
public record XfrmLifetime(XfrmLimits soft, XfrmLimits hard) {
  /** For ever. */
  public static final XfrmLifetime FOREVER = new XfrmLifetime(XfrmLimits.NONE, XfrmLimits.NONE);
}
