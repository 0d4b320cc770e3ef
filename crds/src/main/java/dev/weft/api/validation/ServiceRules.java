package dev.weft.api.validation;

import dev.weft.api.EndpointMode;
import dev.weft.api.FailureAction;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceSpec;
import dev.weft.api.Protocol;
import dev.weft.api.PublishType;
import dev.weft.api.ServiceMode;
import dev.weft.api.ServicePort;
import dev.weft.api.SessionAffinity;
import dev.weft.api.UpdateOrder;
import dev.weft.api.UpdateStrategy;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Rules of a service as a user writes it. */
final class ServiceRules {
  /** A Service's name starts with a letter (RFC 1035); six characters are left for "-tasks". */
  private static final Pattern NAME = Pattern.compile("[a-z]([-a-z0-9]{0,55}[a-z0-9])?");

  private static final Pattern PORT_NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?");

  private ServiceRules() {}

  static void check(OverlayService service, Violations problems) {
    String name = Objects.toString(service.getMetadata().getName(), "");
    if (!NAME.matcher(name).matches()) {
      problems.add(
          "metadata.name",
          "%s and its %s-tasks cannot both name a Service".formatted(Violations.quote(name), name),
          "start with a letter and use at most 57 lower-case letters, digits and '-'");
    }
    OverlayServiceSpec spec = service.getSpec();
    if (spec == null || spec.network() == null) {
      problems.add("spec.network", "there is no network", "name the network of the tasks");
    } else {
      problems.label("spec.network", spec.network(), "a network's name");
    }
    if (spec != null) {
      tasks(spec, problems);
      TemplateRules.check(spec.template(), problems);
      ports("spec.ports", spec.ports(), problems);
      balancing(spec, problems);
      update(spec.update(), problems);
    }
  }

  private static void tasks(OverlayServiceSpec spec, Violations problems) {
    Optional<ServiceMode> mode =
        problems.choice("spec.mode", spec.mode(), ServiceMode.class, ServiceMode::of);
    problems.range("spec.replicas", spec.replicas(), 0, Integer.MAX_VALUE);
    if (mode.filter(ServiceMode.GLOBAL::equals).isPresent() && spec.replicas() != null) {
      problems.add(
          "spec.replicas",
          "a global service has one task on every node",
          "remove replicas, or choose mode: Replicated");
    }
    if (mode.filter(ServiceMode.GLOBAL::equals).isPresent()
        && spec.placement() != null
        && spec.placement().spread() != null) {
      problems.add(
          "spec.placement.spread",
          "a global service has one task on every node",
          "remove spread, or choose mode: Replicated");
    }
    if (spec.image() == null && spec.template() == null) {
      problems.add("spec", "nothing says what to run", "give image or template");
    }
  }

  private static void ports(String field, @Nullable List<ServicePort> ports, Violations problems) {
    Set<String> names = new HashSet<>();
    Set<String> numbers = new HashSet<>();
    for (int i = 0; ports != null && i < ports.size(); i++) {
      ServicePort port = ports.get(i);
      String at = "%s[%d]".formatted(field, i);
      problems.range(at + ".targetPort", port.targetPort(), 1, 65535);
      problems.choice(at + ".protocol", port.protocol(), Protocol.class, Protocol::of);
      if (port.port() == null) {
        problems.add(at + ".port", "there is no port", "give a number from 1 to 65535");
      } else {
        problems.range(at + ".port", port.port(), 1, 65535);
        String number = port.port() + "/" + Objects.toString(port.protocol(), "TCP");
        if (!numbers.add(number)) {
          problems.add(at + ".port", number + " is there twice", "remove one of them");
        }
      }
      name(at + ".name", port.name(), ports.size(), problems);
      if (port.name() != null && !names.add(port.name())) {
        problems.add(
            at + ".name",
            Violations.quote(port.name()) + " is there twice",
            "give each port its own name");
      }
    }
  }

  private static void name(String field, @Nullable String name, int ports, Violations problems) {
    if (name == null) {
      if (ports > 1) {
        problems.add(field, "one of several ports has no name", "name each port, such as http");
      }
    } else if (!PORT_NAME.matcher(name).matches()) {
      problems.add(
          field,
          Violations.quote(name) + " is not a port's name",
          "use lower-case letters, digits and '-', at most 15");
    }
  }

  private static void balancing(OverlayServiceSpec spec, Violations problems) {
    Optional<EndpointMode> mode =
        problems.choice(
            "spec.endpointMode", spec.endpointMode(), EndpointMode.class, EndpointMode::of);
    boolean names = mode.filter(EndpointMode.DNSRR::equals).isPresent();
    Optional<SessionAffinity> affinity =
        problems.choice(
            "spec.sessionAffinity",
            spec.sessionAffinity(),
            SessionAffinity.class,
            SessionAffinity::of);
    if (names && affinity.filter(SessionAffinity.CLIENT_IP::equals).isPresent()) {
      problems.add(
          "spec.sessionAffinity",
          "with endpointMode DNSRR each client chooses an address by itself",
          "remove sessionAffinity, or choose endpointMode: VIP");
    }
    if (spec.publish() == null) {
      return;
    }
    ports("spec.publish.ports", spec.publish().ports(), problems);
    String field = "spec.publish.type";
    if (spec.publish().type() == null) {
      problems.add(
          field, "there is no type", "choose one of " + Violations.choices(PublishType.class));
    }
    Optional<PublishType> type =
        problems.choice(field, spec.publish().type(), PublishType.class, PublishType::of);
    if (names && type.filter(publish -> publish != PublishType.CLUSTER_IP).isPresent()) {
      problems.add(
          field,
          "endpointMode DNSRR has no address to publish as %s".formatted(type.get()),
          "choose endpointMode: VIP, or remove publish");
    }
  }

  private static void update(@Nullable UpdateStrategy update, Violations problems) {
    if (update == null) {
      return;
    }
    problems.range("spec.update.parallelism", update.parallelism(), 0, Integer.MAX_VALUE);
    problems.range(
        "spec.update.delaySeconds", update.delaySeconds(), 0, UpdateStrategy.LONGEST_DELAY);
    problems.choice("spec.update.order", update.order(), UpdateOrder.class, UpdateOrder::of);
    problems.choice(
        "spec.update.failureAction",
        update.failureAction(),
        FailureAction.class,
        FailureAction::of);
  }
}
