package dev.weft.api;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks names of network interfaces by the rules of Linux: dev_valid_name in net/core/dev.c. */
public final class InterfaceName {
  /** IFNAMSIZ without the final zero byte. */
  public static final int LONGEST = 15;

  private static final Pattern VALID = Pattern.compile(Patterns.INTERFACE);

  /** Directories of settings beside those of devices: sysctl_dev_name_is_allowed. */
  private static final Set<String> RESERVED = Set.of(".", "..", "all", "default");

  private InterfaceName() {}

  /** Reason why {@code name} cannot name an interface; empty if it can. */
  public static Optional<String> fault(String name) {
    if (name.isEmpty()) {
      return Optional.of("it is empty");
    }
    if (name.length() > LONGEST) {
      return Optional.of("it has %d characters, Linux allows %d".formatted(name.length(), LONGEST));
    }
    if (RESERVED.contains(name)) {
      return Optional.of("Linux reserves the names '.', '..', 'all' and 'default'");
    }
    return VALID.matcher(name).matches()
        ? Optional.empty()
        : Optional.of("it may contain visible ASCII characters except '/', ':' and '%'");
  }
}
