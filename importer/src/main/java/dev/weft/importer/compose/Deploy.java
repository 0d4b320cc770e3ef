package dev.weft.importer.compose;

import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.translate.Placing;
import dev.weft.importer.translate.Workload;
import java.util.Optional;

/** Reads the number, placement and update settings of a service's tasks. */
final class Deploy {
  static final String UNSUPPORTED = "not supported: an update that fails stops, as with pause";

  private final Cursor service;
  private final Cursor deploy;
  private final Workload workload;

  Deploy(Cursor service, Workload workload) {
    this.service = service;
    this.deploy = service.get("deploy");
    this.workload = workload;
  }

  void read() {
    mode();
    deploy
        .get("endpoint_mode")
        .filled()
        .ifPresent(each -> {
          switch (each) {
            case "vip" -> deploy.get("endpoint_mode").noted("so it is by itself");
            case "dnsrr" -> workload.namesOnly(service.get("ports"));
            default -> deploy.get("endpoint_mode").refused("there are vip and dnsrr");
          }
        });
    update(deploy.get("update_config"));
    Cursor placement = deploy.get("placement");
    placement
        .get("constraints")
        .items()
        .forEach(each -> each.text().ifPresent(text -> Placing.constraint(workload, each, text)));
    for (Cursor each : placement.get("preferences").items()) {
      Cursor spread = each.get("spread");
      spread.filled().ifPresent(label -> Placing.spread(workload, spread, label));
    }
    restart();
  }

  private void mode() {
    Cursor scale = service.get("scale");
    Optional<Integer> replicas = deploy.get("replicas").number(0, Integer.MAX_VALUE);
    if (replicas.isPresent() && scale.isPresent()) {
      scale.noted("deploy.replicas says it");
    } else if (replicas.isEmpty()) {
      replicas = scale.number(0, Integer.MAX_VALUE);
    }
    Cursor mode = deploy.get("mode");
    switch (mode.filled().orElse("replicated")) {
      case "replicated" -> {
        mode.noted("so it is by itself");
        workload.mode(Workload.Mode.REPLICATED, replicas.orElse(null));
      }
      case "global" -> {
        mode.noted("one task on every node");
        deploy.get("replicas").noted("a global service has one task on every node");
        scale.noted("a global service has one task on every node");
        workload.mode(Workload.Mode.GLOBAL, null);
      }
      case "replicated-job" -> {
        mode.changed("it becomes a Job");
        workload.mode(Workload.Mode.JOB, replicas.orElse(null));
      }
      case "global-job" -> {
        mode.changed("a Job runs where the scheduler puts it, not on every node");
        deploy.get("replicas").noted("a global job has one task on every node");
        scale.noted("a global job has one task on every node");
        workload.mode(Workload.Mode.JOB, null);
        workload.leaveOut("mode global-job: Kubernetes has no Job that runs once on every node");
      }
      default -> {
        mode.refused("there are replicated, global, replicated-job and global-job");
        workload.mode(Workload.Mode.REPLICATED, replicas.orElse(null));
      }
    }
  }

  private void update(Cursor update) {
    if (workload.mode() == Workload.Mode.JOB) {
      update.rest(_ -> "the tasks of a Job are not replaced");
      return;
    }
    Cursor order = update.get("order");
    switch (order.filled().orElse("")) {
      case "" -> {}
      case "stop-first" -> order.noted("so it is by itself");
      case "start-first" -> order.noted("the next task starts before the last one stops");
      default -> order.refused("there are stop-first and start-first");
    }
    Cursor action = update.get("failure_action");
    action
        .filled()
        .ifPresent(each -> {
          if (each.equals("pause")) {
            action.noted("so it is by itself");
          } else {
            action.dropped(UNSUPPORTED);
          }
        });
    workload.update(
        new Workload.Update(
            update.get("parallelism").number(0, Integer.MAX_VALUE).orElse(null),
            order.is("start-first"),
            update.get("delay").as(Units::seconds).orElse(null)));
    Cursor delay = update.get("delay");
    delay.filled().filter(Units::isLong).ifPresent(_ -> delay.changed("in whole seconds"));
  }

  private void restart() {
    Cursor restart = service.get("restart");
    restart
        .filled()
        .ifPresent(each -> {
          if (each.equals("always") || each.equals("unless-stopped")) {
            restart.noted("pods are always restarted");
          } else {
            restart.changed("tasks are always restarted; for one that ends, make a Job");
          }
        });
    Cursor policy = deploy.get("restart_policy");
    Cursor condition = policy.get("condition");
    condition
        .filled()
        .ifPresent(each -> {
          boolean job = workload.mode() == Workload.Mode.JOB;
          if (each.equals("any") && !job) {
            condition.noted("tasks are always restarted");
          } else if (job) {
            workload.pod().withRestartPolicy(each.equals("none") ? "Never" : "OnFailure");
            condition.noted("the pods' restartPolicy says it");
          } else {
            condition.changed("tasks are always restarted; for one that ends, make a Job");
          }
        });
    policy.rest(_ -> "the kubelet restarts at growing intervals, up to 5 minutes");
  }
}
