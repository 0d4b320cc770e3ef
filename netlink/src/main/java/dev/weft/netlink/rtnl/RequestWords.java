package dev.weft.netlink.rtnl;

import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Describes requests in words, for error messages. */
final class RequestWords {
  private RequestWords() {}

  static String of(LinkKind kind) {
    return switch (kind) {
      case LinkKind.Vxlan vxlan -> "vxlan " + vxlan.vni();
      case LinkKind.Vlan vlan -> "vlan %d on link %d".formatted(vlan.id(), vlan.parent());
      case LinkKind.Macvlan macvlan -> "macvlan on link " + macvlan.parent();
      case LinkKind.Veth(LinkKind.Veth.Peer peer) when peer != null -> "veth to " + peer.name();
      default -> kind.name();
    };
  }

  static String of(@Nullable String name, @Nullable LinkKind kind, LinkSettings settings) {
    var words = new StringJoiner(", ", ": ", "").setEmptyValue("");
    add(words, "name", name);
    add(words, "options", kind);
    add(words, "up", settings.up());
    add(words, "mtu", settings.mtu());
    add(words, "alias", settings.alias());
    add(words, "address", settings.address());
    add(words, "master", settings.master());
    add(words, "queue", settings.txQueueLength());
    add(words, "group", settings.group());
    add(words, "namespace", settings.namespace());
    add(words, "port", settings.port());
    add(words, "ipv4", settings.ipv4().isEmpty() ? null : settings.ipv4());
    add(words, "address generation", settings.addressGeneration());
    return words.toString();
  }

  static String of(Route route) {
    var words = new StringBuilder("route to ").append(route.destination());
    if (route.gateway() != null) {
      words.append(" via ").append(route.gateway().getHostAddress());
    }
    if (route.link() != 0) {
      words.append(" on link ").append(route.link());
    }
    return words.toString();
  }

  static String of(FdbEntry entry) {
    var words = new StringBuilder("FDB entry ").append(entry.mac());
    if (entry.destination() != null) {
      words.append(" to ").append(entry.destination().getHostAddress());
    }
    return words.append(" on link ").append(entry.link()).toString();
  }

  private static void add(StringJoiner words, String what, @Nullable Object value) {
    if (value != null) {
      words.add(what + " " + value);
    }
  }
}
