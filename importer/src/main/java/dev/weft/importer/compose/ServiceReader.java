package dev.weft.importer.compose;

import dev.weft.api.IpAddress;
import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Entry.Fate;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.translate.Attach;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.translate.Workload;
import dev.weft.importer.translate.WorkloadResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads a service of a Compose file. */
final class ServiceReader {
  private static final Map<String, String> WHY =
      Map.ofEntries(
          Map.entry("depends_on", "pods start in any order; clients retry"),
          Map.entry("links", "names are those of the cluster's DNS"),
          Map.entry("external_links", "names are those of the cluster's DNS"),
          Map.entry("logging", "the cluster collects what a container prints"),
          Map.entry("labels", "Docker's labels select nothing in Kubernetes"),
          Map.entry("annotations", "write them into the pod template where they mean something"),
          Map.entry("build", "Weft builds no images; build it, push it, name it by image"),
          Map.entry("develop", "it is for the developer's machine"),
          Map.entry("ulimits", "Kubernetes sets none; the node's container runtime does"),
          Map.entry("devices", "a device plugin gives devices to pods"),
          Map.entry("gpus", "a device plugin gives devices to pods"),
          Map.entry("sysctls", "set securityContext.sysctls where the kubelet allows them"),
          Map.entry("init", "a pod has no init of its own; build one into the image"),
          Map.entry("rollback_config", "Weft does not roll back by itself"),
          Map.entry("stop_signal", "set it in the image"),
          Map.entry("aliases", "only the service's own name is resolved"),
          Map.entry("volumes_from", "name the volume in both services"),
          Map.entry("cgroup_parent", "the kubelet places pods in the cgroup tree"));

  private final Cursor service;
  private final Workload workload;
  private final Surroundings around;

  /** Objects and settings of the project that a service refers to. */
  record Surroundings(
      String project,
      Map<String, ComposeNetwork> networks,
      ComposeProject.Stores stores,
      ComposeProject.Settings settings) {}

  private ServiceReader(Cursor service, Workload workload, Surroundings around) {
    this.service = service;
    this.workload = workload;
    this.around = around;
  }

  static String why(String key) {
    return WHY.getOrDefault(key, "it has no equivalent");
  }

  /** Whether a service is on the project's default network. */
  static boolean isOnDefault(Cursor service) {
    Cursor networks = service.get("networks");
    if (service.get("network_mode").isPresent()) {
      return false;
    }
    return networks.isObject()
        ? networks.get("default").isPresent() || names(networks).contains("default")
        : names(networks).isEmpty() || names(networks).contains("default");
  }

  private static List<String> names(Cursor networks) {
    return networks.isObject()
        ? List.copyOf(networks.entries().keySet())
        : networks.items().stream()
            .flatMap(each -> each.value().stream())
            .map(Object::toString)
            .toList();
  }

  static Imported read(String key, String name, Cursor service, Surroundings around) {
    Notes notes = service.notes();
    Workload workload = new Workload(name, notes);
    if (!name.equals(key)) {
      notes.say("its name '%s' becomes %s".formatted(key, name));
    }
    if (!service.isObject()) {
      service.entries();
      workload.leaveOut("an object is expected");
      return new Imported("service " + key, List.of(), notes, "it is no object");
    }
    ServiceReader reader = new ServiceReader(service, workload, around);
    reader.all(key);
    Imported imported = WorkloadResource.of("service " + key, workload);
    if (imported.leftOut() != null && reader.isEnabled()) {
      notes.add(Fate.DROPPED, service.place(), service.path(), imported.leftOut());
    }
    return imported;
  }

  private void all(String key) {
    profiles();
    image(key);
    command("entrypoint");
    command("command");
    new Environment(service, workload, around.settings().variables()).read();
    service
        .get("working_dir")
        .filled()
        .ifPresent(each -> workload.container().withWorkingDir(each));
    networks();
    new ServicePorts(service, workload).read();
    new Mounts(service, workload, around.stores()).read();
    new PodSettings(service, workload).read();
    new Deploy(service, workload).read();
    service.get("container_name").changed("pods have names of their own");
    service
        .entries()
        .forEach((each, cursor) -> {
          if (each.startsWith("x-")) {
            cursor.noted("Compose does not read it");
          }
        });
    service.rest(ServiceReader::why);
  }

  private boolean isEnabled() {
    List<String> profiles = service.get("profiles").texts();
    return profiles.isEmpty()
        || around.settings().profiles().contains("*")
        || profiles.stream().anyMatch(around.settings().profiles()::contains);
  }

  private void profiles() {
    if (isEnabled()) {
      service.get("profiles").noted("it is enabled");
    } else {
      service.get("profiles").noted("enable one of them by --profile NAME");
      workload.leaveOut("none of its profiles is enabled");
    }
  }

  private void image(String key) {
    Cursor image = service.get("image");
    Optional<String> name = image.filled();
    if (name.isPresent()) {
      workload.image(name.get());
    } else if (!image.isPresent() && service.get("build").isPresent()) {
      String built = around.project() + "-" + key;
      workload.image(built);
      workload
          .notes()
          .say(
              "its image is built: push it to a registry that the cluster reads, and put its name for %s"
                  .formatted(built));
    }
    service
        .get("pull_policy")
        .filled()
        .ifPresent(each -> {
          switch (each) {
            case "always" -> workload.container().withImagePullPolicy("Always");
            case "never" -> workload.container().withImagePullPolicy("Never");
            case "missing", "if_not_present" ->
                workload.container().withImagePullPolicy("IfNotPresent");
            default ->
                service.get("pull_policy").dropped("a pod pulls Always, IfNotPresent or Never");
          }
        });
  }

  /**
   * Reads the entry point or the command. Docker's entry point becomes the container's command,
   * Docker's command its arguments.
   */
  private void command(String key) {
    Cursor given = service.get(key);
    List<String> texts = given.texts();
    List<String> words =
        (given.isList() || texts.isEmpty() ? texts : ShellWords.of(texts.getFirst()))
            .stream().map(Environment::literal).toList();
    if (Environment.isTemplate(String.join(" ", words))) {
      given.changed("Kubernetes expands no {{templates}}: the text stays as it is");
    }
    if (key.equals("entrypoint")) {
      workload.container().withCommand(words);
    } else {
      workload.container().withArgs(words);
    }
  }

  private void networks() {
    Optional<String> mode = service.get("network_mode").filled();
    if (mode.isPresent()) {
      mode(mode.get());
      return;
    }
    Cursor networks = service.get("networks");
    Map<String, Cursor> asked = new LinkedHashMap<>();
    if (networks.isObject()) {
      asked.putAll(networks.entries());
    } else {
      networks.items().forEach(each -> each.filled().ifPresent(name -> asked.put(name, each)));
    }
    if (asked.isEmpty()) {
      asked.put("default", service.get("networks"));
    }
    asked.forEach(this::join);
  }

  private void mode(String mode) {
    Cursor given = service.get("network_mode");
    switch (mode) {
      case "host" -> workload.onHost();
      case "none" -> {
        workload.leaveOut(
            "network_mode none: a pod cannot be without a network; a NetworkPolicy can shut it"
                + " off");
      }
      case "bridge", "default" -> given.noted("it is the pod's own network in a cluster");
      default -> {
        if (mode.startsWith("service:") || mode.startsWith("container:")) {
          workload.leaveOut(
              "network_mode %s: it shares the network of another, so both belong in one pod"
                  .formatted(mode));
        } else {
          join(mode, given);
        }
      }
    }
  }

  private void join(String key, Cursor wish) {
    ComposeNetwork network = around.networks().get(key);
    switch (network == null ? null : network.use()) {
      case null -> {
        wish.refused("the file declares no such network");
        workload.notes().say("network %s is not declared: the service is not on it".formatted(key));
      }
      case ComposeNetwork.OnHost _ -> workload.onHost();
      case ComposeNetwork.Nowhere nowhere ->
          workload.notes().say("it is not on network %s: %s".formatted(key, nowhere.why()));
      case ComposeNetwork.Joined joined -> workload.attach(attach(joined, wish));
    }
    if (wish.isObject()) {
      wish.rest(ServiceReader::why);
    }
  }

  private Attach attach(ComposeNetwork.Joined joined, Cursor wish) {
    if (!wish.isObject()) {
      return Attach.to(joined.name(), joined.overlay());
    }
    List<String> ips = new ArrayList<>();
    List<Cursor> wishes = new ArrayList<>();
    for (String each : List.of("ipv4_address", "ipv6_address")) {
      wish.get(each)
          .as(text -> address(joined, text))
          .ifPresent(ip -> {
            ips.add(ip);
            wishes.add(wish.get(each));
          });
    }
    Cursor mac = wish.get("mac_address").isPresent() ? wish.get("mac_address") : legacyMac();
    Optional<String> address = mac.as(ServiceReader::mac);
    if (address.isPresent()) {
      wishes.add(mac);
    }
    return new Attach(
        joined.name(),
        joined.overlay(),
        ips,
        address.orElse(null),
        wish.get("interface_name").filled().orElse(null),
        wishes);
  }

  private static String address(ComposeNetwork.Joined joined, String text) {
    IpAddress address = IpAddress.parse(text);
    if (!joined.holds(address)) {
      throw new IllegalArgumentException(
          "no subnet of network %s in the file contains it; write one that does"
              .formatted(joined.name()));
    }
    return address.toString();
  }

  private static String mac(String text) {
    String mac = text.toLowerCase(Locale.ROOT).replace('-', ':');
    if (!mac.matches("([0-9a-f]{2}:){5}[0-9a-f]{2}")) {
      throw new IllegalArgumentException("a MAC address such as 02:42:0a:00:00:07 is expected");
    }
    return mac;
  }

  /** The service's own {@code mac_address}, which applies to its first network only. */
  private Cursor legacyMac() {
    return workload.isAttached() ? service.get("no such key") : service.get("mac_address");
  }
}
