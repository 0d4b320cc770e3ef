package dev.weft.importer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A service as a Swarm's API describes it: what {@code docker service inspect} prints. */
final class SwarmService {
  private static final long BILLION = 1_000_000_000;

  /** Five seconds, which an engine writes out where nobody asked for anything. */
  private static final String WATCHING = "5000000000";

  private SwarmService() {}

  /**
   * A service.
   *
   * @param networks names of networks by their ids
   */
  static Imported read(Object inspected, Map<String, String> networks) {
    Fields service = Fields.of(inspected);
    // what the Swarm made of it, and what it was before
    service.passOver(
        "ID",
        "Version",
        "CreatedAt",
        "UpdatedAt",
        "PreviousSpec",
        "Endpoint",
        "UpdateStatus",
        "ServiceStatus",
        "JobStatus");
    Fields spec = service.fields("Spec");
    String name = spec.text("Name").orElse("");
    return Imported.of(
        "service " + name,
        service,
        notes -> {
          Tasks tasks = new Tasks(notes);
          Fields template = spec.fields("TaskTemplate");
          container(template.fields("ContainerSpec"), tasks, notes);
          template.passOver("ForceUpdate").passOverDefault("Runtime", "container");
          placement(template.fields("Placement"), tasks);
          restart(template.fields("RestartPolicy"), notes);
          List<String> names = networks(template, networks, notes);
          names.addAll(networks(spec, networks, notes));
          tasks.networks(names.stream().distinct().toList());
          mode(spec.fields("Mode"), tasks);
          Fields update = spec.fields("UpdateConfig");
          Integer delay = update.number("Delay").map(each -> (int) (each / BILLION)).orElse(null);
          tasks.update(update, "Parallelism", "Order", "FailureAction", delay);
          update.passOverDefault("Monitor", WATCHING);
          spec.fields("RollbackConfig")
              .passOverDefault("Parallelism", "1")
              .passOverDefault("FailureAction", "pause")
              .passOverDefault("Monitor", WATCHING)
              .passOverDefault("Order", "stop-first");
          endpoint(spec.fields("EndpointSpec"), tasks);
          Networks.tellLabels(spec.pairs("Labels"), notes);
          return tasks.build(name);
        });
  }

  private static void container(Fields container, Tasks tasks, List<String> notes) {
    tasks.image(container.text("Image"));
    tasks.command(container.texts("Command"), container.texts("Args"));
    tasks.environment(container.pairs("Env"));
    tasks.workingDirectory(container.text("Dir"));
    tasks.user(container.text("User"));
    Networks.tellLabels(container.pairs("Labels"), notes);
    container.passOverDefault("Isolation", "default");
    container
        .number("StopGracePeriod")
        .filter(each -> each != 10_000_000_000L)
        .ifPresent(each ->
            notes.add(
                "StopGracePeriod of %d ns: set terminationGracePeriodSeconds".formatted(each)));
  }

  private static void placement(Fields placement, Tasks tasks) {
    tasks.constraints(placement.texts("Constraints"));
    placement.passOver("Platforms");
    Optional<String> spread = Optional.empty();
    for (Fields preference : placement.objects("Preferences")) {
      spread = spread.or(() -> preference.fields("Spread").text("SpreadDescriptor"));
    }
    spread.ifPresent(tasks::spread);
  }

  private static void restart(Fields restart, List<String> notes) {
    restart
        .text("Condition")
        .filter(each -> !each.equals("any"))
        .ifPresent(
            each -> notes.add("restart condition %s: tasks are always restarted".formatted(each)));
    restart.passOverDefault("Delay", WATCHING);
  }

  private static List<String> networks(
      Fields holder, Map<String, String> networks, List<String> notes) {
    List<String> names = new ArrayList<>();
    for (Fields each : holder.objects("Networks")) {
      each.text("Target")
          .ifPresent(target ->
              names.add(Names.network(networks.getOrDefault(target, target), new ArrayList<>())));
      each.texts("Aliases")
          .forEach(alias ->
              notes.add("alias %s: only the service's own name is resolved".formatted(alias)));
    }
    return names;
  }

  private static void mode(Fields mode, Tasks tasks) {
    boolean global = mode.names().contains("Global");
    mode.passOver("Global");
    Integer replicas =
        mode.fields("Replicated").number("Replicas").map(Long::intValue).orElse(null);
    tasks.mode(Optional.of(global ? "global" : "replicated"), replicas);
  }

  private static void endpoint(Fields endpoint, Tasks tasks) {
    tasks.endpointMode(endpoint.text("Mode"));
    for (Fields port : endpoint.objects("Ports")) {
      int inside = port.number("TargetPort").map(Long::intValue).orElse(0);
      Integer outside = port.number("PublishedPort").map(Long::intValue).orElse(null);
      tasks.port(inside, outside, port.text("Protocol").orElse("tcp"));
      port.text("PublishMode")
          .filter(each -> !each.equals("ingress"))
          .ifPresent(each ->
              tasks.note("port %d is published in mode %s: use NodePort".formatted(inside, each)));
    }
  }
}
