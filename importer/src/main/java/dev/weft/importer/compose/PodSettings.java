package dev.weft.importer.compose;

import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.translate.Probes;
import dev.weft.importer.translate.Workload;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads a service's settings for container and pod: resources, privileges, health check, names. */
final class PodSettings {
  private static final String HOST_NAME = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

  private final Cursor service;
  private final Workload workload;

  PodSettings(Cursor service, Workload workload) {
    this.service = service;
    this.workload = workload;
  }

  void read() {
    resources();
    security();
    health();
    names();
    Cursor grace = service.get("stop_grace_period");
    grace
        .as(Units::seconds)
        .ifPresent(seconds -> workload.pod().withTerminationGracePeriodSeconds((long) seconds));
    grace.filled().filter(Units::isLong).ifPresent(_ -> grace.changed("in whole seconds"));
    if (service.get("tty").isTrue()) {
      workload.container().withTty(true);
    }
    if (service.get("stdin_open").isTrue()) {
      workload.container().withStdin(true);
    }
    if (shares("pid")) {
      workload.pod().withHostPID(true);
    }
    if (shares("ipc")) {
      workload.pod().withHostIPC(true);
    }
    platform();
  }

  private boolean shares(String key) {
    return service.get(key).value().filter(each -> each.toString().equals("host")).isPresent()
        && service.get(key).filled().isPresent();
  }

  private void platform() {
    Cursor platform = service.get("platform");
    platform
        .filled()
        .ifPresent(each -> {
          String[] parts = each.split("/", -1);
          workload.nodeLabel("kubernetes.io/os", parts[0]);
          if (parts.length > 1) {
            workload.nodeLabel("kubernetes.io/arch", parts[1]);
          }
          if (parts.length > 2) {
            platform.changed("nodes are chosen by system and architecture");
          }
        });
  }

  private void resources() {
    Cursor limits = service.get("deploy").get("resources").get("limits");
    Cursor requests = service.get("deploy").get("resources").get("reservations");
    ResourceRequirementsBuilder resources = new ResourceRequirementsBuilder();
    processors(limits.get("cpus"))
        .or(() -> processors(service.get("cpus")))
        .ifPresent(each -> resources.addToLimits("cpu", new Quantity(each)));
    size(limits.get("memory"))
        .or(() -> size(service.get("mem_limit")))
        .ifPresent(each -> resources.addToLimits("memory", new Quantity(each)));
    processors(requests.get("cpus"))
        .ifPresent(each -> resources.addToRequests("cpu", new Quantity(each)));
    size(requests.get("memory"))
        .or(() -> size(service.get("mem_reservation")))
        .ifPresent(each -> resources.addToRequests("memory", new Quantity(each)));
    var built = resources.build();
    if (!built.equals(new ResourceRequirementsBuilder().build())) {
      workload.container().withResources(built);
    }
  }

  private static Optional<String> processors(Cursor at) {
    return at.as(Units::processors).filter(each -> !each.matches("0(\\.0*)?"));
  }

  private static Optional<String> size(Cursor at) {
    Optional<String> size = at.as(Units::quantity);
    if (size.isPresent()
        && at.value().filter(each -> each.toString().indexOf('.') >= 0).isPresent()) {
      at.changed("in bytes");
    }
    return size;
  }

  private void security() {
    SecurityContextBuilder security = new SecurityContextBuilder();
    Cursor user = service.get("user");
    user.filled()
        .ifPresent(each -> {
          if (!each.matches("[0-9]{1,9}(:[0-9]{1,9})?")) {
            user.dropped("Kubernetes needs numbers: set securityContext.runAsUser");
            return;
          }
          String[] parts = each.split(":", -1);
          security
              .withRunAsUser(Long.valueOf(parts[0]))
              .withRunAsGroup(parts.length > 1 ? Long.valueOf(parts[1]) : null);
        });
    if (service.get("read_only").isTrue()) {
      security.withReadOnlyRootFilesystem(true);
    }
    if (service.get("privileged").isTrue()) {
      security.withPrivileged(true);
    }
    List<String> add = capabilities("cap_add");
    List<String> drop = capabilities("cap_drop");
    if (!add.isEmpty() || !drop.isEmpty()) {
      security.withNewCapabilities().withAdd(add).withDrop(drop).endCapabilities();
    }
    for (Cursor each : service.get("security_opt").items()) {
      String option = each.filled().orElse("");
      if (option.matches("no-new-privileges([:=]true)?") && isMighty(add)) {
        each.dropped("a container with privileged or SYS_ADMIN may always gain privileges");
      } else if (option.matches("no-new-privileges([:=]true)?")) {
        security.withAllowPrivilegeEscalation(false);
        each.noted("allowPrivilegeEscalation: false");
      } else {
        each.dropped("set it in the pod's securityContext");
      }
    }
    groups();
    var built = security.build();
    if (!built.equals(new SecurityContextBuilder().build())) {
      workload.container().withSecurityContext(built);
    }
  }

  /**
   * Whether the container is privileged or has SYS_ADMIN; the API server then rejects {@code
   * allowPrivilegeEscalation: false}.
   */
  private boolean isMighty(List<String> capabilities) {
    return service.get("privileged").isTrue() || capabilities.contains("SYS_ADMIN");
  }

  private void groups() {
    List<Long> groups = new ArrayList<>();
    for (Cursor each : service.get("group_add").items()) {
      String group = each.filled().orElse("");
      if (group.matches("[0-9]{1,9}")) {
        groups.add(Long.valueOf(group));
      } else {
        each.dropped("Kubernetes needs numbers of groups");
      }
    }
    if (!groups.isEmpty()) {
      workload.pod().withNewSecurityContext().withSupplementalGroups(groups).endSecurityContext();
    }
  }

  private List<String> capabilities(String key) {
    return service.get(key).texts().stream()
        .map(each -> each.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", ""))
        .toList();
  }

  private void health() {
    Cursor check = service.get("healthcheck");
    if (check.get("disable").isTrue()) {
      check.rest(_ -> "the check is disabled");
      return;
    }
    Cursor test = check.get("test");
    List<String> texts = test.texts();
    if (texts.isEmpty() || texts.getFirst().equals("NONE")) {
      check.rest(_ -> "there is no command to check with; the image's own check is not run");
      return;
    }
    List<String> command =
        switch (test.isList() ? texts.getFirst() : "") {
          case "CMD" -> texts.subList(1, texts.size());
          case "CMD-SHELL" ->
              List.of("/bin/sh", "-c", String.join(" ", texts.subList(1, texts.size())));
          case "" -> List.of("/bin/sh", "-c", texts.getFirst());
          default -> List.of();
        };
    if (command.isEmpty()) {
      test.refused("a test begins with CMD, CMD-SHELL or NONE");
      return;
    }
    Probes.add(
        workload,
        command,
        new Probes.Times(
            time(check.get("interval")),
            time(check.get("timeout")),
            check.get("retries").number(0, Integer.MAX_VALUE).orElse(null),
            time(check.get("start_period"))));
    check.rest(_ -> "a probe has no such setting");
  }

  private static @org.jspecify.annotations.Nullable Integer time(Cursor at) {
    Integer seconds = at.as(Units::seconds).orElse(null);
    at.filled().filter(Units::isLong).ifPresent(_ -> at.changed("in whole seconds"));
    return seconds;
  }

  private void names() {
    Cursor host = service.get("hostname");
    host.filled()
        .ifPresent(each -> {
          String[] parts = each.toLowerCase(Locale.ROOT).split("\\.", 2);
          if (Environment.isTemplate(each) || !parts[0].matches(HOST_NAME)) {
            host.dropped("pods are called by names of their own");
          } else {
            workload.pod().withHostname(parts[0]);
            if (parts.length > 1 || !parts[0].equals(each)) {
              host.changed("the pod's name is " + parts[0]);
            }
          }
        });
    List<String> servers = addresses(service.get("dns"));
    List<String> searches = service.get("dns_search").texts();
    List<Cursor> options = service.get("dns_opt").items();
    if (!servers.isEmpty() || !searches.isEmpty() || !options.isEmpty()) {
      var dns = workload.pod().withNewDnsConfig().withNameservers(servers).withSearches(searches);
      for (Cursor each : options) {
        String[] option = each.filled().orElse("").split(":", 2);
        dns.addNewOption(option[0], option.length > 1 ? option[1] : null);
      }
      dns.endDnsConfig();
    }
    hosts();
  }

  private static List<String> addresses(Cursor list) {
    return list.items().stream()
        .flatMap(each -> each.as(text -> dev.weft.api.IpAddress.parse(text).toString()).stream())
        .toList();
  }

  private void hosts() {
    Cursor hosts = service.get("extra_hosts");
    for (Cursor each : hosts.isObject() ? hosts.entries().values() : hosts.items()) {
      String text = each.filled().orElse("");
      String name =
          hosts.isObject()
              ? each.path().substring(hosts.path().length() + 1)
              : text.replaceFirst("[:=].*", "");
      String address =
          (hosts.isObject() ? text : text.replaceFirst("^[^:=]*[:=]", ""))
              .replaceAll("[\\[\\]]", "");
      try {
        workload
            .pod()
            .addNewHostAlias()
            .withIp(dev.weft.api.IpAddress.parse(address).toString())
            .withHostnames(name)
            .endHostAlias();
      } catch (IllegalArgumentException e) {
        each.dropped("a host alias is a name and an address");
      }
    }
  }
}
