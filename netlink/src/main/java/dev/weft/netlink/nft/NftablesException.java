package dev.weft.netlink.nft;

/** libnftables refused a command or is not there; the message is its own. */
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
