package dev.weft.e2e.chaos;

import dev.weft.e2e.lab.Script;

/** Runs shell commands in a network namespace, as another program on a node would. */
final class Shell {
  /** Objects of another program, which must stay as they are. */
  static final String FOREIGN_RULES =
      "nft 'add table inet keep; add chain inet keep watch"
          + " { type filter hook forward priority 10; policy accept; };"
          + " add rule inet keep watch ip saddr 203.0.113.7 counter drop'";

  static final String FOREIGN_OBJECTS =
      "ip link add keep0 type dummy; ip address add 203.0.113.1/32 dev keep0; ip link set keep0 up;"
          + " ip link add keep1 type bridge; ip link set keep1 up;"
          + " ip route add 203.0.113.128/25 dev keep0; "
          + FOREIGN_RULES;

  private static final String NAMES =
      """
      VXLAN=$(ip -o link show type vxlan 2>/dev/null | sed -n '1s/^[0-9]*: \\([^:@]*\\).*/\\1/p')
      OVERLAY=$(ip -o link show dev "$VXLAN" 2>/dev/null | sed -n 's/.* master \\([^ ]*\\) .*/\\1/p')
      PORT=$(ip -o link show master weft-web 2>/dev/null | sed -n '1s/^[0-9]*: \\([^:@]*\\).*/\\1/p')
      set -- $(bridge fdb show dev "$VXLAN" 2>/dev/null | grep ' self' | grep -v ^00:00 | head -1)
      MAC=$1 PEER=$3
      REMOTE=$(ip neigh show dev "$OVERLAY" 2>/dev/null | grep -i "$MAC" | cut -d' ' -f1 | head -1)
      """;

  private Shell() {}

  /** Output of the command, even if it failed. */
  static String run(String namespace, String command) {
    return Script.run(namespace, NAMES + command).output();
  }
}
