package dev.weft.netlink;

import org.jspecify.annotations.Nullable;

/**
 * The kernel refused something. Unchecked, because it passes through lambdas and collections of
 * outcomes on its way to the one place that decides, and because most callers can do nothing else
 * than report it.
 */
public final class NetlinkException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String operation;
  private final int errno;
  private final @Nullable String explanation;

  /**
   * @param operation what was asked, in words
   * @param errno the kernel's error number, positive ({@code errno.h}); 0 if it is not the kernel
   *     that failed
   * @param explanation the kernel's own words (extended acknowledgement), if it gave any
   */
  public NetlinkException(String operation, int errno, @Nullable String explanation) {
    super(message(operation, errno, explanation));
    this.operation = operation;
    this.errno = errno;
    this.explanation = explanation;
  }

  private static String message(String operation, int errno, @Nullable String explanation) {
    String reason = errno == 0 ? "" : Errno.name(errno) + " (" + Errno.words(errno) + ")";
    if (explanation != null) {
      reason = reason.isEmpty() ? explanation : reason + ": " + explanation;
    }
    return "cannot " + operation + ": " + reason + cure(errno);
  }

  private static String cure(int errno) {
    return errno == Errno.EMFILE
        ? "; the process holds as many file descriptors as it may: raise LimitNOFILE of what starts"
            + " it, on a node the container runtime"
        : "";
  }

  /** What was asked, in words. */
  public String operation() {
    return operation;
  }

  /** The error number ({@code errno.h}), positive. */
  public int errno() {
    return errno;
  }

  /** The error's name such as {@code EEXIST}, or its number if it has none here. */
  public String errnoName() {
    return Errno.name(errno);
  }

  /** The kernel's own words ({@code NLMSGERR_ATTR_MSG}), if it gave any. */
  public @Nullable String explanation() {
    return explanation;
  }
}
