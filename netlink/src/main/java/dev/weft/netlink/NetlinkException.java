package dev.weft.netlink;

import org.jspecify.annotations.Nullable;

/**
 * The kernel refused a request. Unchecked: it passes through lambdas and collections of outcomes to
 * the one place that decides, and most callers can only report it.
 */
public final class NetlinkException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String operation;
  private final int errno;
  private final @Nullable String explanation;

  /**
   * @param operation requested operation, in words
   * @param errno error number of the kernel, positive ({@code errno.h}); 0 if the failure is not
   *     the kernel's
   * @param explanation text of the kernel's extended acknowledgement, if any
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

  /** Requested operation, in words. */
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

  /** Text of the kernel's extended acknowledgement ({@code NLMSGERR_ATTR_MSG}), if any. */
  public @Nullable String explanation() {
    return explanation;
  }
}
