package dev.weft.agent.dataplane;

import java.util.Optional;

/**
 * Whose an item is. As a device's alias it is the mark by which we know our own: {@code
 * weft.dev/<network uid>[/<part>]}.
 *
 * @param uid UID of the network; empty for what all networks of the node share
 * @param part what of the network it is; empty: its main device
 */
record Owner(String uid, String part) {
  static final Owner NODE = new Owner("", "");

  /** What all encrypted networks of the node share. */
  static final Owner ENCRYPTION = new Owner("encryption", "");

  private static final String PREFIX = "weft.dev/";
  private static final String ENDPOINT = "endpoint/";

  static Owner network(String uid) {
    return new Owner(uid, "");
  }

  static Owner endpoint(String uid, String id) {
    return new Owner(uid, ENDPOINT + id);
  }

  Owner part(String name) {
    return new Owner(uid, name);
  }

  /** Id of the endpoint, empty if it is none's. */
  String endpoint() {
    return part.startsWith(ENDPOINT) ? part.substring(ENDPOINT.length()) : "";
  }

  String alias() {
    return part.isEmpty() ? PREFIX + uid : PREFIX + uid + "/" + part;
  }

  /** The owner that an alias names; empty if the alias is not our mark. */
  static Optional<Owner> of(String alias) {
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
