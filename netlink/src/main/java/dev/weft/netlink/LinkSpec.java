package dev.weft.netlink;

/**
 * A link to be made.
 *
 * @param name 1 to 15 bytes, without space and slash ({@code IFLA_IFNAME})
 * @param kind what it is
 * @param settings how it is set from the start
 */
public record LinkSpec(String name, LinkKind kind, LinkSettings settings) {
  /** Rejects what a link can not be made of. */
  public LinkSpec {
    if (kind instanceof LinkKind.Other) {
      throw new IllegalArgumentException(
          "a link of kind '%s' can be read but not made".formatted(kind.name()));
    }
    if (settings.namespace() != null && settings.needsSecondStep()) {
      throw new IllegalArgumentException(
          "'%s' is made in another namespace: alias, master, port, ipv4 and addressGeneration can only be set from there"
              .formatted(name));
    }
  }

  /** A link that is set as the kernel chooses. */
  public static LinkSpec of(String name, LinkKind kind) {
    return new LinkSpec(name, kind, LinkSettings.NONE);
  }
}
