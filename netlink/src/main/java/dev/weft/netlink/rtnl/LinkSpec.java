package dev.weft.netlink.rtnl;

import java.nio.charset.StandardCharsets;

/**
 * A link to create.
 *
 * @param name 1 to 15 bytes, without space, slash and colon ({@code IFLA_IFNAME})
 * @param kind its kind
 * @param settings its first settings
 */
public record LinkSpec(String name, LinkKind kind, LinkSettings settings) {
  /** Rejects what the kernel cannot create in one go. */
  public LinkSpec {
    requireName(name);
    if (kind instanceof LinkKind.Other) {
      throw new IllegalArgumentException(
          "a link of kind '%s' can be read but not made".formatted(kind.name()));
    }
    if (settings.namespace() != null && settings.needsSecondStep()) {
      throw new IllegalArgumentException(
          "'%s' is made in another namespace: alias, port, ipv4 and addressGeneration can only be set from there"
              .formatted(name));
    }
  }

  static void requireName(String name) {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    boolean wrong = name.chars().anyMatch(c -> c <= ' ' || c == '/' || c == ':');
    if (length == 0 || length >= IfLinkH.IFNAMSIZ || wrong || name.matches("[.]{1,2}")) {
      throw new IllegalArgumentException(
          "'%s' can not be a link's name; use 1 to 15 bytes without space, slash and colon"
              .formatted(name));
    }
  }

  /** A link with the kernel's default settings. */
  public static LinkSpec of(String name, LinkKind kind) {
    return new LinkSpec(name, kind, LinkSettings.NONE);
  }
}
