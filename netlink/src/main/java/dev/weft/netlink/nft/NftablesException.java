package dev.weft.netlink.nft;

/** libnftables is missing or refused a command; the message is then its own. */
public final class NftablesException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param message what is wrong
   */
  public NftablesException(String message) {
    super(message);
  }

  NftablesException(String message, Throwable cause) {
    super(message, cause);
  }
}
