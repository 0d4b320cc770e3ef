package dev.weft.importer.translate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A port of the Service that publishes a workload outside its networks. */
record Published(String name, int port, int target, @Nullable String spoken) {
  /** The published ports, each once; notes a port that is published twice. */
  static List<Published> of(Workload workload) {
    if (workload.namesOnly) {
      return List.of();
    }
    List<Published> published = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> doors = new HashSet<>();
    for (WorkloadPort each : workload.ports) {
      Integer outside = each.outside();
      if (outside == null) {
        continue;
      }
      String door = outside + "/" + each.protocol();
      if (!doors.add(door)) {
        workload.notes.say("port %s is published once".formatted(door));
        continue;
      }
      String name =
          names.add(each.name())
              ? each.name()
              : "q%d%s".formatted(outside, each.name().endsWith("-udp") ? "-udp" : "");
      published.add(new Published(name, outside, each.inside(), each.spoken()));
    }
    if (!published.isEmpty()) {
      workload.notes.say(
          "published ports become a Service of type LoadBalancer; NodePort needs none");
    }
    return published;
  }
}
