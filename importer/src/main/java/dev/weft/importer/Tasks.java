package dev.weft.importer;

import dev.weft.api.EndpointMode;
import dev.weft.api.FailureAction;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceSpecBuilder;
import dev.weft.api.Placement;
import dev.weft.api.Protocol;
import dev.weft.api.Publish;
import dev.weft.api.PublishType;
import dev.weft.api.ServiceMode;
import dev.weft.api.ServicePort;
import dev.weft.api.ServicePortBuilder;
import dev.weft.api.UpdateOrder;
import dev.weft.api.UpdateStrategy;
import dev.weft.api.validation.Validation;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What Swarm and Compose say alike of a service, gathered and turned into a resource. */
final class Tasks {
  private static final String HOSTNAME = "node.hostname";
  private static final String LABEL = "node.labels.";

  private final List<String> notes;
  private final OverlayServiceSpecBuilder spec = OverlayServiceSpecBuilder.builder();
  private final ContainerBuilder container = new ContainerBuilder();
  private final List<ServicePort> ports = new ArrayList<>();
  private final List<ServicePort> published = new ArrayList<>();
  private final Map<String, String> selector = new LinkedHashMap<>();
  private @Nullable String spread;
  private @Nullable String image;

  Tasks(List<String> notes) {
    this.notes = notes;
  }

  void image(Optional<String> name) {
    // a Swarm pins the digest behind the tag; the tag says what was asked for
    image = name.map(each -> each.replaceFirst("@sha256:[0-9a-f]{64}$", "")).orElse(null);
    if (image == null) {
      notes.add("no image says what to run; give one");
    }
  }

  /** Docker's entry point is the container's command, Docker's command its arguments. */
  void command(List<String> entryPoint, List<String> command) {
    container.withCommand(entryPoint).withArgs(command);
  }

  void environment(Map<String, String> variables) {
    List<EnvVar> list = new ArrayList<>();
    variables.forEach(
        (name, value) -> list.add(new EnvVarBuilder().withName(name).withValue(value).build()));
    container.withEnv(list);
  }

  void workingDirectory(Optional<String> directory) {
    directory.ifPresent(container::withWorkingDir);
  }

  void user(Optional<String> user) {
    user.ifPresent(each -> {
      if (each.matches("[0-9]{1,9}(:[0-9]{1,9})?")) {
        String[] parts = each.split(":", -1);
        container
            .withNewSecurityContext()
            .withRunAsUser(Long.valueOf(parts[0]))
            .withRunAsGroup(parts.length > 1 ? Long.valueOf(parts[1]) : null)
            .endSecurityContext();
      } else {
        notes.add(
            "user %s: Kubernetes takes numbers, set securityContext.runAsUser".formatted(each));
      }
    });
  }

  /** Networks beyond the first have no field of their own. */
  void networks(List<String> names) {
    spec.network(names.isEmpty() ? null : names.getFirst());
    if (names.isEmpty()) {
      notes.add("it is on no network; name the one of its tasks");
    }
    names.stream()
        .skip(1)
        .forEach(each ->
            notes.add("it is on network %s too; a service has one, make a second".formatted(each)));
  }

  void mode(Optional<String> mode, @Nullable Integer replicas) {
    boolean global = mode.filter("global"::equals).isPresent();
    spec.mode(global ? ServiceMode.GLOBAL.toString() : null).replicas(global ? null : replicas);
    mode.filter(each -> !List.of("global", "replicated").contains(each))
        .ifPresent(each -> notes.add("mode %s has no equivalent".formatted(each)));
  }

  void endpointMode(Optional<String> mode) {
    mode.ifPresent(each -> {
      switch (each) {
        case "vip" -> {}
        case "dnsrr" -> spec.endpointMode(EndpointMode.DNSRR.toString());
        default -> notes.add("endpoint mode %s has no equivalent".formatted(each));
      }
    });
  }

  /**
   * A port of the tasks.
   *
   * @param outside where it is published; 0: by any number; null: nowhere
   */
  void port(int inside, @Nullable Integer outside, String protocol) {
    String known =
        switch (protocol) {
          case "", "tcp" -> Protocol.TCP.toString();
          case "udp" -> Protocol.UDP.toString();
          default -> "";
        };
    if (known.isEmpty()) {
      notes.add("port %d of protocol %s has no equivalent".formatted(inside, protocol));
      return;
    }
    String spoken = known.equals(Protocol.TCP.toString()) ? null : known;
    String name = "p%d%s".formatted(inside, spoken == null ? "" : "-udp");
    if (ports.stream().noneMatch(each -> name.equals(each.name()))) {
      ports.add(ServicePortBuilder.builder().name(name).port(inside).protocol(spoken).build());
    }
    if (outside != null) {
      int door = outside == 0 ? inside : outside;
      published.add(
          ServicePortBuilder.builder()
              .name(
                  published.stream().anyMatch(each -> name.equals(each.name())) ? "q" + door : name)
              .port(door)
              .targetPort(door == inside ? null : Integer.valueOf(inside))
              .protocol(spoken)
              .build());
    }
  }

  /** How tasks are replaced; Docker's own words. */
  void update(
      Fields update, String parallelism, String order, String action, @Nullable Integer delay) {
    String first = update.text(order).orElse("stop-first");
    String failure = update.text(action).orElse("pause");
    Integer most = update.number(parallelism).map(Long::intValue).orElse(null);
    UpdateStrategy strategy =
        new UpdateStrategy(
            most == null || most == 1 ? null : most,
            first.equals("start-first") ? UpdateOrder.START_FIRST.toString() : null,
            switch (failure) {
              case "continue" -> FailureAction.CONTINUE.toString();
              case "rollback" -> FailureAction.ROLLBACK.toString();
              default -> null;
            },
            delay == null || delay == 0 ? null : delay);
    if (!strategy.equals(new UpdateStrategy(null, null, null, null))) {
      spec.update(strategy);
    }
  }

  /** Constraints such as {@code node.labels.disk==ssd}. */
  void constraints(List<String> constraints) {
    for (String each : constraints) {
      String[] sides = each.split("==", 2);
      String left = sides[0].strip();
      if (sides.length == 2 && left.startsWith(LABEL)) {
        selector.put(left.substring(LABEL.length()), sides[1].strip());
      } else if (sides.length == 2 && left.equals(HOSTNAME)) {
        selector.put("kubernetes.io/hostname", sides[1].strip());
      } else {
        notes.add("constraint %s has no equivalent; label nodes and select them".formatted(each));
      }
    }
  }

  /** A preference to spread tasks over the values of {@code node.labels.zone}. */
  void spread(String over) {
    spread = over.startsWith(LABEL) ? over.substring(LABEL.length()) : over;
  }

  /** Tells what the resource does not say. */
  void note(String text) {
    notes.add(text);
  }

  OverlayService build(String name) {
    OverlayService service = new OverlayService();
    service.setMetadata(new ObjectMetaBuilder().withName(Names.service(name, notes)).build());
    spec.ports(ports.isEmpty() ? null : ports);
    if (!published.isEmpty()) {
      spec.publish(new Publish(PublishType.LOAD_BALANCER.toString(), published));
      notes.add("published ports become a Service of type LoadBalancer; NodePort needs none");
    }
    if (!selector.isEmpty() || spread != null) {
      spec.placement(new Placement(selector.isEmpty() ? null : selector, spread));
      notes.add("placement goes by labels of the cluster's nodes; give them the same ones");
    }
    Container made = container.build();
    if (made.equals(new ContainerBuilder().build())) {
      spec.image(image);
    } else {
      spec.template(template(made));
    }
    service.setSpec(spec.build());
    Validation.of(service).forEach(each -> notes.add("to be mended: " + each));
    return service;
  }

  private PodTemplateSpec template(Container made) {
    made.setName("main");
    made.setImage(Objects.toString(image, ""));
    return new PodTemplateSpecBuilder().withNewSpec().withContainers(made).endSpec().build();
  }
}
