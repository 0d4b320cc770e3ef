package dev.weft.importer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A service of a Compose file. */
final class ComposeService {
  /** {@code [address:][outside:]inside[/protocol]}, each a number or a range. */
  private static final Pattern PORT =
      Pattern.compile("(?:(?:(.+):)?([0-9]*):)?([0-9]+)(?:/([a-z]+))?");

  private static final Pattern DURATION =
      Pattern.compile("(?:([0-9]{1,5})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,7})s)?");

  private ComposeService() {}

  /** Keys of the networks that a service is on, in order. */
  static List<String> networks(Fields service) {
    if (service.names().contains("network_mode")) {
      return List.of();
    }
    Object networks = service.any("networks").orElse(List.of());
    if (networks instanceof Map<?, ?> map) {
      return map.keySet().stream().map(String::valueOf).toList();
    }
    List<String> names = service.texts("networks");
    return names.isEmpty() ? List.of("default") : names;
  }

  static Imported read(String name, Fields service, List<String> networks) {
    return Imported.of(
        "service " + name,
        service,
        notes -> {
          Tasks tasks = new Tasks(notes);
          tasks.image(service.text("image"));
          service
              .any("build")
              .ifPresent(_ ->
                  notes.add(
                      "build: Weft builds no images; build it, push it, and name it by image"));
          tasks.command(words(service, "entrypoint"), words(service, "command"));
          environment(service, tasks, notes);
          tasks.workingDirectory(service.text("working_dir"));
          tasks.user(service.text("user"));
          wishes(service, notes);
          tasks.networks(networks);
          service
              .text("network_mode")
              .ifPresent(each -> notes.add("network_mode %s has no equivalent".formatted(each)));
          ports(service, tasks, notes);
          restart(service, notes);
          Networks.tellLabels(service.pairs("labels"), notes);
          service
              .text("container_name")
              .ifPresent(each ->
                  notes.add("container_name %s: tasks have names of their own".formatted(each)));
          deploy(service, tasks, notes);
          return tasks.build(name);
        });
  }

  /** A command as a list, or as one text that is split as a shell splits words. */
  private static List<String> words(Fields service, String key) {
    List<String> texts = service.texts(key);
    return texts.size() == 1 && !(service.any(key).orElse(null) instanceof List<?>)
        ? Words.of(texts.getFirst())
        : texts;
  }

  private static void environment(Fields service, Tasks tasks, List<String> notes) {
    Map<String, String> variables = new LinkedHashMap<>(service.pairs("environment"));
    Compose.variables(variables)
        .forEach((name, value) ->
            notes.add(
                "environment %s=%s: Compose would put in values of its own environment"
                    .formatted(name, value)));
    tasks.environment(variables);
  }

  /** What a service asks of one network. */
  private static void wishes(Fields service, List<String> notes) {
    if (service.any("networks").orElse(null) instanceof Map<?, ?> map) {
      map.forEach((network, wish) -> {
        if (wish instanceof Map<?, ?> asked) {
          asked.forEach((key, value) ->
              notes.add(
                  "networks.%s.%s: %s has no equivalent, for tasks are many"
                      .formatted(network, key, value)));
        }
      });
    }
  }

  private static void ports(Fields service, Tasks tasks, List<String> notes) {
    for (Fields port : service.objects("ports")) {
      Optional<String> text = port.text("value");
      if (text.isPresent()) {
        port(text.get(), tasks, notes);
      } else {
        Integer outside = number(port, "published");
        Integer inside = number(port, "target");
        if (inside == null) {
          notes.add("a port without target is left out");
        } else {
          tasks.port(inside, outside, port.text("protocol").orElse("tcp"));
        }
        port.text("mode")
            .filter(each -> !each.equals("ingress"))
            .ifPresent(each ->
                notes.add("port %d is published in mode %s: use NodePort".formatted(inside, each)));
      }
    }
    for (String each : service.texts("expose")) {
      port(each, tasks, notes, false);
    }
  }

  private static @Nullable Integer number(Fields port, String name) {
    return port.number(name).map(Long::intValue).orElse(null);
  }

  private static void port(String text, Tasks tasks, List<String> notes) {
    port(text, tasks, notes, true);
  }

  private static void port(String text, Tasks tasks, List<String> notes, boolean publish) {
    Matcher port = PORT.matcher(text);
    if (!port.matches()) {
      notes.add("port %s: write out each number of a range".formatted(text));
      return;
    }
    String address = port.group(1);
    if (address != null && !address.isEmpty()) {
      notes.add("port %s: the address %s has no equivalent".formatted(text, address));
    }
    String outside = port.group(2);
    tasks.port(
        Integer.parseInt(port.group(3)),
        publish ? (outside == null || outside.isEmpty() ? 0 : Integer.parseInt(outside)) : null,
        port.group(4) == null ? "tcp" : port.group(4));
  }

  private static void restart(Fields service, List<String> notes) {
    service
        .text("restart")
        .filter(each -> !Set.of("always", "unless-stopped").contains(each))
        .ifPresent(each -> notes.add("restart %s: tasks are always restarted".formatted(each)));
  }

  private static void deploy(Fields service, Tasks tasks, List<String> notes) {
    Fields deploy = service.fields("deploy");
    Integer replicas =
        deploy
            .number("replicas")
            .or(() -> service.number("scale"))
            .map(Long::intValue)
            .orElse(null);
    tasks.mode(deploy.text("mode"), replicas);
    tasks.endpointMode(deploy.text("endpoint_mode"));
    Fields update = deploy.fields("update_config");
    tasks.update(update, "parallelism", "order", "failure_action", seconds(update, "delay"));
    Fields placement = deploy.fields("placement");
    tasks.constraints(placement.texts("constraints"));
    List<String> spread = new ArrayList<>();
    placement.objects("preferences").forEach(each -> each.text("spread").ifPresent(spread::add));
    spread.stream().limit(1).forEach(tasks::spread);
    spread.stream()
        .skip(1)
        .forEach(each -> notes.add("spread over %s: one label is taken".formatted(each)));
    Networks.tellLabels(deploy.pairs("labels"), notes);
    deploy
        .fields("restart_policy")
        .text("condition")
        .filter(each -> !each.equals("any"))
        .ifPresent(
            each -> notes.add("restart condition %s: tasks are always restarted".formatted(each)));
  }

  /** A duration such as {@code 1m30s}; any other text is left, and so told. */
  private static @Nullable Integer seconds(Fields fields, String name) {
    Matcher parts = DURATION.matcher(fields.peek(name));
    if (!parts.matches() || parts.group().isEmpty()) {
      return null;
    }
    Optional<String> _ = fields.text(name);
    return part(parts.group(1)) * 3600 + part(parts.group(2)) * 60 + part(parts.group(3));
  }

  private static int part(@Nullable String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }
}
