package dev.weft.e2e.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Configuration of several network namespaces, without values that the kernel learns, counts or
 * assigns itself: two images of the same configuration are equal.
 *
 * @param lines by namespace, sorted
 */
record KernelImage(Map<String, List<String>> lines) {
  private static final String COMMANDS =
      """
      ip -o -d link | sed 's/^/link /'
      bridge fdb show | grep -v -e ^33:33 -e ^01:00:5e | sed 's/^/fdb /'
      ip neigh show nud permanent | sed 's/^/neigh /'
      ip -6 neigh show nud permanent | sed 's/^/neigh /'
      ip -o addr show scope global | sed 's/^/addr /'
      ip -4 route show table all | sed 's/^/route /'
      ip -6 route show table all | grep -v -e ^multicast -e ^fe80 -e fe80: | sed 's/^/route /'
      nft list ruleset 2>/dev/null | sed 's/^/nft /'
      """;

  private static final Pattern BY_THE_KERNEL =
      Pattern.compile(
          "\\w+_timer +[\\d.]+|expires \\d+\\w*|(packets|bytes) \\d+|used \\S+|seal_\\w+|link"
              + " \\d+:|addr \\d+:|@if\\d+|port_(id|no) 0x[0-9a-f]+|designated_\\w+ \\S+|bridge_id"
              + " \\S+|root_(port|path_cost) \\d+|promiscuity \\d+|allmulti \\d+|used\\w+"
              + " \\d+|topology_change\\w* \\d+|state (UP|UNKNOWN|DOWN|LOWERLAYERDOWN)|state"
              + " (forwarding|learning|listening)|qdisc \\w+|link-netns \\S+|link-netnsid"
              + " \\d+|g[sr]o_max_\\w+ \\d+|tso_max_\\w+ \\d+|linkdown|06(:[0-9a-f]{2}){5}|elements"
              + " = \\{|[{},]");

  /** The image of these namespaces, each with a name. */
  static KernelImage of(Map<String, String> namespaces) {
    Map<String, List<String>> lines = new TreeMap<>();
    namespaces.forEach((name, namespace) -> lines.put(name, read(namespace)));
    return new KernelImage(lines);
  }

  private static List<String> read(String namespace) {
    return Shell.run(namespace, COMMANDS)
        .lines()
        .filter(KernelImage::isSet)
        .map(line -> BY_THE_KERNEL.matcher(line).replaceAll(""))
        .map(line -> line.replaceAll("\\s+", " ").strip())
        .sorted()
        .toList();
  }

  private static boolean isSet(String line) {
    return !line.startsWith("fdb ") || line.contains("permanent") || line.contains("static");
  }

  /** Lines that only one of the two images has. */
  List<String> differences(KernelImage now) {
    List<String> found = new ArrayList<>();
    lines.forEach((namespace, before) -> {
      List<String> after = now.lines.getOrDefault(namespace, List.of());
      minus(before, after).forEach(line -> found.add(namespace + " lacks: " + line));
      minus(after, before).forEach(line -> found.add(namespace + " has besides: " + line));
    });
    return found;
  }

  private static List<String> minus(List<String> all, List<String> taken) {
    List<String> left = new ArrayList<>(all);
    taken.forEach(left::remove);
    return left;
  }
}
