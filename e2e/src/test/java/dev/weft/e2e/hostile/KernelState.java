package dev.weft.e2e.hostile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Configuration of the kernel in network namespaces, without learned entries, counters and timers.
 *
 * @param lines sorted lines by namespace; each element of an nftables set is a line
 */
record KernelState(Map<String, List<String>> lines) {
  private static final String COMMANDS =
      """
      ip -o -d link | sed 's/^/link /'
      bridge fdb show | sed 's/^/fdb /'
      ip neigh show | sed 's/^/neigh /'
      ip -o addr | sed 's/^/addr /'
      ip route show table all | sed 's/^/route /'
      ip -6 route show table all | sed 's/^/route /'
      nft list ruleset | sed 's/^/nft /'
      """;

  /** Line breaks in nft's listing of a set depend on the set's other elements. */
  private static final Pattern LISTED = Pattern.compile("[{},]|elements = ");

  /** The name of a table's seal depends on the table's content. */
  private static final Pattern MOVING =
      Pattern.compile(
          "\\w+_timer +[\\d.]+|expires \\d+\\w*|(packets|bytes) \\d+|used \\S+|(?<=seal_)\\w+");

  /** Reads the state of these nodes and of the sandboxes of these pods. */
  static KernelState of(Bed bed, Collection<String> nodes, Collection<String> pods) {
    Map<String, String> namespaces = new TreeMap<>();
    nodes.forEach(node -> namespaces.put(node, bed.lab().node(node).namespaceName()));
    pods.forEach(pod -> namespaces.put(pod, bed.namespaceName(pod)));
    Map<String, List<String>> lines = new ConcurrentHashMap<>();
    namespaces.entrySet().parallelStream()
        .forEach(each -> lines.put(each.getKey(), read(each.getValue())));
    return new KernelState(lines);
  }

  private static List<String> read(String namespace) {
    return Attacker.finish(
            new ProcessBuilder("nsenter", "--net=/run/netns/" + namespace, "sh", "-c", COMMANDS),
            "")
        .output()
        .lines()
        .filter(KernelState::isSet)
        .map(line -> MOVING.matcher(line).replaceAll(""))
        .flatMap(KernelState::entries)
        .map(line -> line.replaceAll("\\s+", " ").strip())
        .sorted()
        .toList();
  }

  private static Stream<String> entries(String line) {
    return line.startsWith("nft ")
        ? LISTED
            .splitAsStream(line.substring(4))
            .filter(each -> !each.isBlank())
            .map("nft "::concat)
        : Stream.of(line);
  }

  /** Whether the entry is configured, and not learned from traffic. */
  private static boolean isSet(String line) {
    if (line.startsWith("fdb ")) {
      return line.contains("permanent") || line.contains("static") || line.contains("self");
    }
    return !line.startsWith("neigh ")
        || line.contains("PERMANENT")
        || line.contains("NOARP")
        || line.contains("extern_learn");
  }

  /** Lines that were added or removed, without irrelevant ones. */
  List<String> differences(KernelState before, Predicate<String> ignored) {
    List<String> found = new ArrayList<>();
    new TreeMap<>(lines)
        .forEach((namespace, now) -> {
          List<String> then = before.lines.getOrDefault(namespace, List.of());
          minus(then, now, ignored).forEach(each -> found.add(namespace + " has lost: " + each));
          minus(now, then, ignored).forEach(each -> found.add(namespace + " has got: " + each));
        });
    return found;
  }

  private static List<String> minus(
      List<String> all, List<String> taken, Predicate<String> ignored) {
    List<String> left = new ArrayList<>(all);
    taken.forEach(left::remove);
    left.removeIf(ignored);
    return left;
  }
}
