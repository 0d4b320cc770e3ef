package dev.weft.agent.dataplane.model;

import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.util.Optional;

/**
 * The owner of an item. It is also the alias that marks a device as Weft's: {@code
 * weft.dev/<network uid>[/<part>]}.
 *
 * @param uid UID of the network; empty for items that all networks of the node share
 * @param part the part of the network; empty for its main device
 */
public record Owner(String uid, String part) {
  public static final Owner NODE = new Owner("", "");

  /** Owns what all encrypted networks of the node share. */
  public static final Owner ENCRYPTION = new Owner("encryption", "");

  /** The owner of a device whose agent was killed before it set the mark. */
  public static final Owner UNFINISHED = new Owner("", "unfinished");

  /**
   * Group of every device that Weft creates ("weft"). The kernel accepts a group, but no alias, in
   * the request that creates a device. So Weft recognises its devices even if the agent was killed
   * before it set the alias.
   */
  public static final int GROUP = 0x77656674;

  private static final String PREFIX = "weft.dev/";
  private static final String ENDPOINT = "endpoint/";

  public static Owner network(String uid) {
    return new Owner(uid, "");
  }

  public static Owner endpoint(String uid, String id) {
    return new Owner(uid, ENDPOINT + id);
  }

  public Owner part(String name) {
    return new Owner(uid, name);
  }

  /** Id of the endpoint; empty if the owner is not an endpoint. */
  public String endpoint() {
    return part.startsWith(ENDPOINT) ? part.substring(ENDPOINT.length()) : "";
  }

  public String alias() {
    return part.isEmpty() ? PREFIX + uid : PREFIX + uid + "/" + part;
  }

  /**
   * Returns the owner that a device's mark names, or {@link #UNFINISHED}; empty if the device is
   * not Weft's. A device that returns from an ended sandbox, such as a card, is of a kind that Weft
   * never creates, so its marks are ignored.
   */
  public static Optional<Owner> of(Link link) {
    return isMade(link) ? marked(link) : Optional.empty();
  }

  private static boolean isMade(Link link) {
    return switch (link.kind()) {
      case LinkKind.Bridge _,
          LinkKind.Vxlan _,
          LinkKind.Veth _,
          LinkKind.Macvlan _,
          LinkKind.Vlan _ ->
          true;
      case LinkKind.Dummy _, LinkKind.Other _ -> false;
    };
  }

  private static Optional<Owner> marked(Link link) {
    return of(link.alias())
        .or(() ->
            link.alias().isEmpty() && link.group() == GROUP
                ? Optional.of(UNFINISHED)
                : Optional.empty());
  }

  /** Returns the owner that an alias names; empty if the alias is not Weft's mark. */
  public static Optional<Owner> of(String alias) {
    if (!alias.startsWith(PREFIX) || alias.length() == PREFIX.length()) {
      return Optional.empty();
    }
    String rest = alias.substring(PREFIX.length());
    int slash = rest.indexOf('/');
    return Optional.of(
        slash < 0
            ? new Owner(rest, "")
            : new Owner(rest.substring(0, slash), rest.substring(slash + 1)));
  }
}
