package dev.weft.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parent interface and VLAN of a macvlan network.
 *
 * @param device the node's interface; null: the network does not leave the node
 * @param vlan VLAN on it, 1 to 4094 in a valid network; null: untagged
 */
public record MacvlanParent(@Nullable String device, @Nullable Integer vlan) {
  private static final Pattern TAGGED = Pattern.compile("(.+)\\.([0-9]{1,9})");

  /** Parses a parent such as eth0.50, which stands for VLAN 50 on eth0. */
  public static MacvlanParent of(MacvlanOptions options) {
    if (options.parent() == null || options.vlan() != null) {
      return new MacvlanParent(options.parent(), options.vlan());
    }
    Matcher tagged = TAGGED.matcher(options.parent());
    return tagged.matches()
        ? new MacvlanParent(tagged.group(1), Integer.valueOf(tagged.group(2)))
        : new MacvlanParent(options.parent(), null);
  }
}
