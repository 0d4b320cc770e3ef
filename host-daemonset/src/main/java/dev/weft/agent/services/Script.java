package dev.weft.agent.services;

import dev.weft.api.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A sandbox's table in nft's language. There is no rule for a task or a service, but one chain for
 * each number of tasks that a service has: the chain draws a place, a map says which task is at it.
 *
 * <p>A lookup can miss in the instant in which its map changes: a chain walks the rules of the
 * generation it began in, while maps answer in the newest. So a packet that has found no task asks
 * once more; only then is it refused. It asks in a chain of a later priority, which begins in the
 * newest generation and comes after the first chains of both tables while one takes the place of
 * another.
 */
final class Script {
  static final String TABLE = "inet weft";

  private Script() {}

  /**
   * A virtual address and the tasks behind it.
   *
   * @param tasks in the order of their places
   */
  record Filled(VirtualIp virtual, List<IpAddress> tasks) {}

  /** Removes the table, if it is there. */
  static String none() {
    return "add table %s\ndelete table %s\n".formatted(TABLE, TABLE);
  }

  /** The whole table in the place of an earlier one. */
  static String whole(Collection<Filled> all) {
    StringBuilder text = new StringBuilder(none()).append("table ").append(TABLE).append(" {\n");
    for (int family : List.of(4, 6)) {
      String type = "ipv%d_addr".formatted(family);
      String address = address(family == 4);
      text.append("map sizes%d { type %s : verdict; }\n".formatted(family, type))
          .append(
              "map tasks%d { typeof %s . numgen random mod 2 : %s; }\n"
                  .formatted(family, address, address))
          .append(
              "map ports%d { type %s . inet_proto . inet_service : inet_service; }\n"
                  .formatted(family, type))
          .append("set open%d { type %s; }\n".formatted(family, type))
          .append("set virtual%d { type %s; }\n".formatted(family, type));
    }
    text.append(
        """
        chain balance {
        type nat hook output priority -100; policy accept;
        ip daddr vmap @sizes4
        ip6 daddr vmap @sizes6
        }
        chain again {
        type nat hook output priority -99; policy accept;
        ip daddr vmap @sizes4
        ip6 daddr vmap @sizes6
        }
        chain refuse {
        type filter hook output priority 0; policy accept;
        ip daddr @virtual4 jump refused
        ip6 daddr @virtual6 jump refused
        }
        chain refused {
        meta l4proto tcp reject with tcp reset
        reject with icmpx port-unreachable
        }
        }
        """);
    Set<String> chains = new TreeSet<>();
    Map<String, List<String>> elements = new TreeMap<>();
    all.forEach(each -> fill(each, chains, elements));
    chains.forEach(text::append);
    elements.forEach((map, each) -> text.append(add(map, each)));
    return text.toString();
  }

  private static void fill(Filled each, Set<String> chains, Map<String, List<String>> elements) {
    IpAddress address = each.virtual.address();
    int family = family(address);
    put(elements, "virtual" + family, address.toString());
    if (each.virtual.ports().isEmpty()) {
      put(elements, "open" + family, address.toString());
    }
    for (VirtualIp.Port port : each.virtual.ports()) {
      put(
          elements,
          "ports" + family,
          "%s . %s . %d : %d".formatted(address, port.protocol(), port.port(), port.target()));
    }
    for (int place = 0; place < each.tasks.size(); place++) {
      put(elements, "tasks" + family, at(address, place) + " : " + each.tasks.get(place));
    }
    if (!each.tasks.isEmpty()) {
      chains.add(chain(address.isIpv4(), each.tasks.size()));
      put(elements, "sizes" + family, size(address, each.tasks.size()));
    }
  }

  private static void put(Map<String, List<String>> elements, String map, String element) {
    elements.computeIfAbsent(map, _ -> new ArrayList<>()).add(element);
  }

  /** What changes of one virtual address; the chains are kept apart. */
  static String change(IpAddress address, BackendSlots places) {
    int family = family(address);
    StringBuilder text = new StringBuilder();
    List<String> gone =
        places.gone().keySet().stream().sorted().map(at -> at(address, at)).toList();
    List<String> come =
        new TreeMap<>(places.come())
            .entrySet().stream()
                .map(each -> at(address, each.getKey()) + " : " + each.getValue())
                .toList();
    if (!gone.isEmpty()) {
      text.append("delete element %s tasks%d { %s }\n".formatted(TABLE, family, list(gone)));
    }
    text.append(add("tasks" + family, come));
    if (places.before() != places.after()) {
      if (places.before() > 0) {
        text.append("delete element %s sizes%d { %s }\n".formatted(TABLE, family, address));
      }
      if (places.after() > 0) {
        text.append(add("sizes" + family, List.of(size(address, places.after()))));
      }
    }
    return text.toString();
  }

  private static String add(String map, List<String> elements) {
    return elements.isEmpty()
        ? ""
        : "add element %s %s { %s }\n".formatted(TABLE, map, list(elements));
  }

  private static String list(Collection<String> elements) {
    return elements.stream().collect(Collectors.joining(", "));
  }

  /** A number of tasks, and of which family. */
  record Size(boolean ipv4, int tasks) {
    static Size of(IpAddress address, int tasks) {
      return new Size(address.isIpv4(), tasks);
    }

    private String chain() {
      return "v%dof%d".formatted(ipv4 ? 4 : 6, tasks);
    }
  }

  /** Makes the chain for a number of tasks. */
  static String with(Size size) {
    return chain(size.ipv4, size.tasks);
  }

  /** Removes the chain for a number of tasks, which no service has any more. */
  static String without(Size size) {
    return "delete chain %s %s\n".formatted(TABLE, size.chain());
  }

  private static String chain(boolean ipv4, int tasks) {
    String ip = ipv4 ? "ip" : "ip6";
    String daddr = address(ipv4);
    String family = ipv4 ? "4" : "6";
    String task = "%s . numgen random mod %d map @tasks%s".formatted(daddr, tasks, family);
    return """
    table %s {
    chain %s {
    meta l4proto { tcp, udp } dnat %s to %s : %s . meta l4proto . th dport map @ports%s
    %s @open%s dnat %s to %s
    meta l4proto %s dnat %s to %s
    }
    }
    """
        .formatted(
            TABLE,
            new Size(ipv4, tasks).chain(),
            ip,
            task,
            daddr,
            family,
            daddr,
            family,
            ip,
            task,
            ipv4 ? "icmp" : "icmpv6",
            ip,
            task);
  }

  private static String at(IpAddress address, int place) {
    return address + " . " + place;
  }

  private static String size(IpAddress address, int tasks) {
    return "%s : jump %s".formatted(address, Size.of(address, tasks).chain());
  }

  private static String address(boolean ipv4) {
    return ipv4 ? "ip daddr" : "ip6 daddr";
  }

  private static int family(IpAddress address) {
    return address.isIpv4() ? 4 : 6;
  }
}
