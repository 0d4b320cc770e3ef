package dev.weft.importer.engine;

import dev.weft.api.Protocol;
import dev.weft.importer.compose.Environment;
import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.translate.Attach;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.translate.Placing;
import dev.weft.importer.translate.Probes;
import dev.weft.importer.translate.Workload;
import dev.weft.importer.translate.WorkloadPort;
import dev.weft.importer.translate.WorkloadResource;
import dev.weft.importer.yaml.Value.Mapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Imports a service from a Swarm's API, as {@code docker service inspect} prints it. */
final class SwarmService {
  private static final long BILLION = 1_000_000_000;

  private final Cursor spec;
  private final Workload workload;
  private final Map<String, EngineNetwork.Use> networks;

  private SwarmService(Cursor spec, Workload workload, Map<String, EngineNetwork.Use> networks) {
    this.spec = spec;
    this.workload = workload;
    this.networks = networks;
  }

  /**
   * Imports a service.
   *
   * @param networks use of each network, by id and by name
   */
  static Imported read(
      Mapping inspected, String resource, Map<String, EngineNetwork.Use> networks) {
    Notes notes = new Notes();
    Cursor service = new Cursor("", inspected, notes);
    // state that the Swarm adds, and the previous version
    List.of(
            "ID",
            "Version",
            "CreatedAt",
            "UpdatedAt",
            "PreviousSpec",
            "Endpoint",
            "UpdateStatus",
            "ServiceStatus",
            "JobStatus")
        .forEach(each -> service.get(each).take());
    Cursor spec = service.get("Spec");
    String name = spec.get("Name").text().orElse("");
    if (!name.equals(resource)) {
      notes.say("its name '%s' becomes %s".formatted(name, resource));
    }
    Workload workload = new Workload(resource, notes);
    new SwarmService(spec, workload, networks).all();
    service.rest(SwarmService::why);
    return WorkloadResource.of("service " + name, workload);
  }

  private static String why(String key) {
    return switch (key) {
      case "Labels" -> "Docker's labels select nothing in Kubernetes";
      case "RollbackConfig" -> "Weft does not roll back by itself";
      case "Aliases" -> "only the service's own name is resolved";
      case "Mounts" -> "make a PersistentVolumeClaim and mount it in the template";
      case "Secrets" -> "make a Secret and mount it in the template";
      case "Configs" -> "make a ConfigMap and mount it in the template";
      default -> "it has no equivalent";
    };
  }

  private void all() {
    Cursor template = spec.get("TaskTemplate");
    mode(spec.get("Mode"));
    container(template.get("ContainerSpec"));
    template.get("ForceUpdate").take();
    template
        .get("Runtime")
        .text()
        .filter("container"::equals)
        .ifPresentOrElse(
            _ -> {}, () -> template.get("Runtime").changed("only containers are tasks here"));
    placement(template.get("Placement"));
    restart(template.get("RestartPolicy"));
    resources(template.get("Resources"));
    networks(template.get("Networks"));
    networks(spec.get("Networks"));
    update(spec.get("UpdateConfig"));
    defaults(spec.get("RollbackConfig"));
    endpoint(spec.get("EndpointSpec"));
  }

  private void container(Cursor container) {
    // a Swarm appends the digest to the tag; the tag is what the user requested
    workload.image(
        container
            .get("Image")
            .text()
            .map(each -> each.replaceFirst("@sha256:[0-9a-f]{64}$", ""))
            .orElse(null));
    workload.container().withCommand(literals(container.get("Command")));
    workload.container().withArgs(literals(container.get("Args")));
    container
        .get("Env")
        .pairs()
        .forEach((name, pair) -> Environment.variable(workload, name, pair.text(), pair.at()));
    container.get("Dir").filled().ifPresent(each -> workload.container().withWorkingDir(each));
    Cursor user = container.get("User");
    user.filled()
        .ifPresent(each -> {
          if (each.matches("[0-9]{1,9}(:[0-9]{1,9})?")) {
            String[] parts = each.split(":", -1);
            workload
                .container()
                .withNewSecurityContext()
                .withRunAsUser(Long.valueOf(parts[0]))
                .withRunAsGroup(parts.length > 1 ? Long.valueOf(parts[1]) : null)
                .endSecurityContext();
          } else {
            user.dropped("Kubernetes needs numbers: set securityContext.runAsUser");
          }
        });
    container
        .get("Isolation")
        .text()
        .filter("default"::equals)
        .ifPresentOrElse(_ -> {}, () -> container.get("Isolation").dropped("it is for Windows"));
    Cursor grace = container.get("StopGracePeriod");
    seconds(grace)
        .filter(each -> each != 10)
        .ifPresent(each -> workload.pod().withTerminationGracePeriodSeconds((long) each));
    health(container.get("Healthcheck"));
  }

  private static List<String> literals(Cursor list) {
    return list.texts().stream().map(Environment::literal).toList();
  }

  private void health(Cursor check) {
    List<String> test = check.get("Test").texts();
    if (test.isEmpty() || test.getFirst().equals("NONE")) {
      return;
    }
    List<String> command =
        test.getFirst().equals("CMD")
            ? test.subList(1, test.size())
            : List.of("/bin/sh", "-c", String.join(" ", test.subList(1, test.size())));
    Probes.add(
        workload,
        command,
        new Probes.Times(
            seconds(check.get("Interval")).orElse(null),
            seconds(check.get("Timeout")).orElse(null),
            check.get("Retries").number(0, Integer.MAX_VALUE).orElse(null),
            seconds(check.get("StartPeriod")).orElse(null)));
  }

  /** Nanoseconds as whole seconds, rounded up. */
  private static Optional<Integer> seconds(Cursor at) {
    return at.as(
        text -> (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(Long.parseLong(text), BILLION)));
  }

  private void resources(Cursor resources) {
    var built = new io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder();
    amount(resources.get("Limits").get("NanoCPUs"))
        .ifPresent(each -> built.addToLimits("cpu", each));
    bytes(resources.get("Limits").get("MemoryBytes"))
        .ifPresent(each -> built.addToLimits("memory", each));
    amount(resources.get("Reservations").get("NanoCPUs"))
        .ifPresent(each -> built.addToRequests("cpu", each));
    bytes(resources.get("Reservations").get("MemoryBytes"))
        .ifPresent(each -> built.addToRequests("memory", each));
    var requirements = built.build();
    if ((requirements.getLimits() != null && !requirements.getLimits().isEmpty())
        || (requirements.getRequests() != null && !requirements.getRequests().isEmpty())) {
      workload.container().withResources(requirements);
    }
  }

  private static Optional<io.fabric8.kubernetes.api.model.Quantity> amount(Cursor at) {
    return at.as(text ->
        new io.fabric8.kubernetes.api.model.Quantity(
            Math.ceilDiv(Long.parseLong(text), 1_000_000) + "m"));
  }

  private static Optional<io.fabric8.kubernetes.api.model.Quantity> bytes(Cursor at) {
    return at.as(
        text -> new io.fabric8.kubernetes.api.model.Quantity(String.valueOf(Long.parseLong(text))));
  }

  private void placement(Cursor placement) {
    for (Cursor each : placement.get("Constraints").items()) {
      each.text().ifPresent(text -> Placing.constraint(workload, each, text));
    }
    placement.get("Platforms").take();
    for (Cursor each : placement.get("Preferences").items()) {
      Cursor spread = each.get("Spread").get("SpreadDescriptor");
      spread.text().ifPresent(label -> Placing.spread(workload, spread, label));
    }
  }

  private void restart(Cursor restart) {
    Cursor condition = restart.get("Condition");
    condition
        .text()
        .ifPresent(each -> {
          if (workload.mode() == Workload.Mode.JOB) {
            workload.pod().withRestartPolicy(each.equals("none") ? "Never" : "OnFailure");
          } else if (!each.equals("any")) {
            condition.changed("tasks are always restarted; for one that ends, make a Job");
          }
        });
    // five seconds, the default that an engine writes
    if (seconds(restart.get("Delay")).filter(each -> each == 5).isEmpty()) {
      restart.get("Delay").dropped("the kubelet restarts at growing intervals");
    }
  }

  private void networks(Cursor list) {
    for (Cursor each : list.items()) {
      String target = each.get("Target").text().orElse("");
      EngineNetwork.Use use = networks.get(target);
      switch (use) {
        case null -> {
          each.get("Target")
              .refused(
                  "the engine lists no network of this id, as with its own bridge and host; if it"
                      + " is host, write hostNetwork: true");
        }
        case EngineNetwork.OnHost _ -> workload.onHost();
        case EngineNetwork.Nowhere nowhere ->
            workload.notes().say("it is not on network %s: %s".formatted(target, nowhere.why()));
        case EngineNetwork.Joined joined -> {
          Attach attach = Attach.to(joined.name(), joined.overlay());
          if (!workload.isAttachedTo(attach)) {
            workload.attach(attach);
          }
        }
      }
    }
  }

  private void mode(Cursor mode) {
    if (mode.get("Global").isPresent()) {
      workload.mode(Workload.Mode.GLOBAL, null);
    } else if (mode.get("GlobalJob").isPresent()) {
      workload.mode(Workload.Mode.JOB, null);
      workload.leaveOut("mode global-job: Kubernetes has no Job that runs once on every node");
    } else if (mode.get("ReplicatedJob").isPresent()) {
      Cursor job = mode.get("ReplicatedJob");
      Cursor most = job.get("MaxConcurrent");
      Integer total = job.get("TotalCompletions").number(0, Integer.MAX_VALUE).orElse(null);
      most.number(0, Integer.MAX_VALUE)
          .filter(each -> !each.equals(total))
          .ifPresent(_ -> most.changed("all run at a time; set the Job's parallelism"));
      workload.mode(Workload.Mode.JOB, total);
    } else {
      workload.mode(
          Workload.Mode.REPLICATED,
          mode.get("Replicated").get("Replicas").number(0, Integer.MAX_VALUE).orElse(null));
    }
    mode.get("Global").take();
  }

  private void update(Cursor update) {
    String action = update.get("FailureAction").text().orElse("pause");
    if (!action.equals("pause")) {
      update
          .get("FailureAction")
          .dropped("not supported: an update that fails stops, as with pause");
    }
    String order = update.get("Order").text().orElse("stop-first");
    workload.update(
        new Workload.Update(
            update.get("Parallelism").number(0, Integer.MAX_VALUE).orElse(null),
            order.equals("start-first"),
            seconds(update.get("Delay")).orElse(null)));
    if (seconds(update.get("Monitor")).filter(each -> each == 5).isEmpty()) {
      update.get("Monitor").dropped("Weft watches no update by time");
    }
  }

  private static void defaults(Cursor rollback) {
    passOver(rollback.get("Parallelism"), "1");
    passOver(rollback.get("FailureAction"), "pause");
    passOver(rollback.get("Monitor"), "5000000000");
    passOver(rollback.get("Order"), "stop-first");
  }

  private static void passOver(Cursor at, @Nullable String value) {
    if (at.value().filter(each -> each.toString().equals(value)).isPresent()) {
      at.take();
    }
  }

  private void endpoint(Cursor endpoint) {
    if (endpoint.get("Mode").text().filter("dnsrr"::equals).isPresent()) {
      workload.namesOnly(endpoint.get("Ports"));
    }
    for (Cursor port : endpoint.get("Ports").items()) {
      Optional<Integer> inside = port.get("TargetPort").number(1, 65535);
      Optional<Integer> outside = port.get("PublishedPort").number(1, 65535);
      Cursor mode = port.get("PublishMode");
      mode.text()
          .filter(each -> !each.equals("ingress"))
          .ifPresent(_ ->
              mode.changed(
                  "published at the service's address, not at each node's; or use NodePort"));
      Optional<Protocol> protocol =
          switch (port.get("Protocol").text().orElse("tcp")) {
            case "tcp" -> Optional.of(Protocol.TCP);
            case "udp" -> Optional.of(Protocol.UDP);
            default -> Optional.empty();
          };
      if (protocol.isEmpty()) {
        port.get("Protocol").dropped("Weft balances TCP and UDP");
      } else {
        inside.ifPresent(number ->
            workload.port(new WorkloadPort(number, protocol.get(), outside.orElse(number))));
      }
    }
  }
}
