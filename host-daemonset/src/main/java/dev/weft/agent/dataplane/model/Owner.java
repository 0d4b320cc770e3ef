package dev.weft.agent.dataplane.model;

import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.util.Optional;

/**
 * The owner of an item. As a device's alias it is the mark by which we know our own: {@code
 * weft.dev/<network uid>[/<part>]}.
 *
 * @param uid UID of the network; empty for what all networks of the node share
 * @param part what of the network it is; empty: its main device
 */
public record Owner(String uid, String part) {
  public static final Owner NODE = new Owner("", "");

  /** What all encrypted networks of the node share. */
  public static final Owner ENCRYPTION = new Owner("encryption", "");

  /** The owner of a device whose agent was killed before it set the mark. */
  public static final Owner UNFINISHED = new Owner("", "unfinished");

  /**
   * Group of every device that we make ("weft"). Unlike an alias, the kernel takes it in the
   * message that makes a device: whenever the agent is killed, every device of ours is recognised.
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

  /** Id of the endpoint, empty if it is none's. */
  public String endpoint() {
    return part.startsWith(ENDPOINT) ? part.substring(ENDPOINT.length()) : "";
  }

  public String alias() {
    return part.isEmpty() ? PREFIX + uid : PREFIX + uid + "/" + part;
  }

  /**
   * The owner that a device's mark names, or {@link #UNFINISHED}; empty if it is not ours. What
   * comes back to the node out of a sandbox that ended, such as a card, is never of a kind that is
   * made, whatever marks it was given there.
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

  /** The owner that an alias names; empty if the alias is not our mark. */
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
