package dev.weft.importer.compose;

import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.translate.Workload;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Scalar;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a service's mounts: volumes, directories of the node, memory, configs and secrets. */
final class Mounts {
  private static final Set<String> FLAGS = Set.of("ro", "rw");

  private final Cursor service;
  private final Workload workload;
  private final ComposeProject.Stores stores;
  private int unnamed;

  Mounts(Cursor service, Workload workload, ComposeProject.Stores stores) {
    this.service = service;
    this.workload = workload;
    this.stores = stores;
  }

  void read() {
    for (Cursor each : service.get("volumes").items()) {
      if (each.isObject()) {
        full(each);
      } else {
        each.filled().ifPresent(text -> brief(each, text));
      }
    }
    for (Cursor each : service.get("tmpfs").items()) {
      each.filled().ifPresent(text -> tmpfs(each, text));
    }
    Cursor shared = service.get("shm_size");
    shared.as(Units::quantity).ifPresent(size -> memory(shared, "shm", "/dev/shm", size));
    for (Cursor each : service.get("configs").items()) {
      file(each, stores.configs(), "/");
    }
    for (Cursor each : service.get("secrets").items()) {
      file(each, stores.secrets(), "/run/secrets/");
    }
  }

  /** Mount point of an item in a list of mounts, in any notation. */
  static String target(Value item) {
    if (item instanceof Mapping map) {
      return map.entries().get("target") instanceof Scalar target
          ? target.text()
          : String.valueOf(map.entries().get("source"));
    }
    List<String> parts = parts(item.toString());
    return parts.size() > 1 ? parts.get(1) : parts.getFirst();
  }

  /** Splits at colons, except after the letter of a Windows drive. */
  private static List<String> parts(String text) {
    return List.of(text.split("(?<!^[A-Za-z]):|(?<=^[A-Za-z]):(?![/\\\\])", -1));
  }

  private void brief(Cursor at, String text) {
    List<String> parts = parts(text);
    if (parts.size() == 1) {
      anonymous(parts.getFirst(), at);
      return;
    }
    boolean readOnly = false;
    List<String> flags = new ArrayList<>();
    if (parts.size() > 2) {
      for (String flag : parts.get(2).split(",", -1)) {
        readOnly |= flag.equals("ro");
        if (!FLAGS.contains(flag)) {
          flags.add(flag);
        }
      }
    }
    if (!flags.isEmpty()) {
      at.changed("without %s, which is for Docker's host".formatted(String.join(",", flags)));
    }
    source(at, parts.getFirst(), parts.get(1), readOnly);
  }

  private void full(Cursor at) {
    String type = at.get("type").filled().orElse("volume");
    Optional<String> source = at.get("source").filled();
    String target = at.get("target").filled().orElse("");
    boolean readOnly = at.get("read_only").isTrue();
    switch (type) {
      case "tmpfs" -> {
        at.get("type").noted("an emptyDir in memory");
        Optional<String> size = at.get("tmpfs").get("size").as(Units::quantity);
        memory(at, next(), target, size.orElse(null));
      }
      case "volume" -> {
        if (source.isPresent()) {
          source(at, source.get(), target, readOnly);
        } else {
          anonymous(target, at);
        }
      }
      case "bind" -> bind(at, source.orElse(""), target, readOnly);
      default -> at.dropped("a pod mounts volumes, directories and memory");
    }
    at.rest(_ -> "a pod's mount has no such setting");
  }

  private void source(Cursor at, String source, String target, boolean readOnly) {
    if (source.matches("[./~].*|[A-Za-z]:\\\\.*")) {
      bind(at, source, target, readOnly);
      return;
    }
    ComposeStore store = stores.volumes().get(source);
    if (store == null) {
      at.refused("the file declares no volume %s".formatted(source));
      return;
    }
    Volume volume =
        new VolumeBuilder()
            .withName(label("v-" + store.name()))
            .withNewPersistentVolumeClaim(store.name(), null)
            .build();
    if (!source.equals(store.name())) {
      workload.notes().say("volume %s is the claim %s".formatted(source, store.name()));
    }
    mount(at, volume, target, readOnly, null);
  }

  private void bind(Cursor at, String source, String target, boolean readOnly) {
    if (!source.startsWith("/")) {
      at.dropped(
          "it lies beside the Compose file; make a ConfigMap of it, or copy it into a volume");
      return;
    }
    at.changed("a directory or file of each node: it must be there");
    mount(
        at,
        new VolumeBuilder().withName(next()).withNewHostPath(source, null).build(),
        target,
        readOnly,
        null);
  }

  private void anonymous(String target, Cursor at) {
    at.changed("without a name, its content goes with the pod");
    mount(
        at,
        new VolumeBuilder().withName(next()).withNewEmptyDir().endEmptyDir().build(),
        target,
        false,
        null);
  }

  private void tmpfs(Cursor at, String text) {
    String[] parts = text.split(":", 2);
    String size = null;
    List<String> others = new ArrayList<>();
    for (String each : parts.length < 2 ? new String[0] : parts[1].split(",", -1)) {
      if (each.startsWith("size=")) {
        try {
          size = Units.quantity(each.substring("size=".length()));
        } catch (IllegalArgumentException e) {
          others.add(each);
        }
      } else {
        others.add(each);
      }
    }
    if (!others.isEmpty()) {
      at.changed("without %s".formatted(String.join(",", others)));
    }
    memory(at, next(), parts[0], size);
  }

  private void memory(Cursor at, String name, String target, @Nullable String size) {
    mount(
        at,
        new VolumeBuilder()
            .withName(name)
            .withNewEmptyDir()
            .withMedium("Memory")
            .withSizeLimit(size == null ? null : new Quantity(size))
            .endEmptyDir()
            .build(),
        target,
        false,
        null);
  }

  private void file(Cursor at, Map<String, ComposeStore> known, String folder) {
    Cursor name = at.isObject() ? at.get("source") : at;
    String key = name.filled().orElse("");
    ComposeStore store = known.get(key);
    if (store == null) {
      name.refused("the file declares none of this name");
      return;
    }
    String target = at.isObject() ? at.get("target").filled().orElse(key) : key;
    String path = target.startsWith("/") ? target : folder + target;
    Optional<Integer> mode =
        at.isObject() ? at.get("mode").number(0, 511).map(each -> each) : Optional.empty();
    if (at.isObject()) {
      at.rest(_ -> "set securityContext.fsGroup where the owner matters");
    }
    boolean secret = store.kind() == ComposeStore.Kind.SECRET;
    VolumeBuilder volume =
        new VolumeBuilder().withName(label((secret ? "s-" : "c-") + store.name()));
    Volume built =
        secret
            ? volume
                .withNewSecret()
                .withSecretName(store.name())
                .withDefaultMode(mode.orElse(null))
                .endSecret()
                .build()
            : volume
                .withNewConfigMap()
                .withName(store.name())
                .withDefaultMode(mode.orElse(null))
                .endConfigMap()
                .build();
    mount(name, built, path, true, key);
  }

  private void mount(
      Cursor at, Volume volume, String target, boolean readOnly, @Nullable String subPath) {
    if (!target.startsWith("/") || target.indexOf(':') >= 0) {
      at.refused("the target is a path that starts with /");
      return;
    }
    workload.mount(
        volume,
        new VolumeMountBuilder()
            .withName(volume.getName())
            .withMountPath(target)
            .withReadOnly(readOnly ? true : null)
            .withSubPath(subPath)
            .build());
  }

  private String next() {
    return "m-" + ++unnamed;
  }

  private static String label(String name) {
    return name.length() <= 63
        ? name
        : name.substring(0, 57) + "-" + Integer.toHexString(name.hashCode() & 0xfffff);
  }
}
