package dev.weft.importer.compose;

import dev.weft.importer.ledger.Cursor;
import dev.weft.importer.ledger.Notes;
import dev.weft.importer.translate.Imported;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Scalar;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A named volume, config or secret of a Compose file. */
record ComposeStore(Kind kind, String key, String name, Cursor source) {
  /** Maximum bytes of content: the limit of a ConfigMap less room for the object itself. */
  private static final long LARGEST = 900_000;

  /** Kind of a store, as services mount it. */
  enum Kind {
    VOLUME,
    CONFIG,
    SECRET
  }

  static String engineName(String project, String key, Value declared) {
    if (declared instanceof Mapping map) {
      if (map.entries().get("name") instanceof Scalar name && !name.text().isEmpty()) {
        return name.text();
      }
      Value external = map.entries().get("external");
      if (external instanceof Mapping old) {
        return old.entries().get("name") instanceof Scalar name ? name.text() : key;
      }
      if (external != null && new Cursor("", external, new Notes()).isTrue()) {
        return key;
      }
    }
    return project + "_" + key;
  }

  Imported imported(Notes notes) {
    String what = "%s %s".formatted(kind.name().toLowerCase(java.util.Locale.ROOT), key);
    named(source.get("name"));
    boolean external = source.get("external").isObject() || source.get("external").isTrue();
    named(source.get("external").get("name"));
    if (external) {
      source.rest(_ -> "it is made elsewhere");
      return new Imported(what, List.of(), notes, "it is external: " + needed());
    }
    source.get("external").noted("it is made here");
    return switch (kind) {
      case VOLUME -> volume(what, notes);
      case CONFIG -> config(what, notes);
      case SECRET -> secret(what, notes);
    };
  }

  private void named(Cursor given) {
    if (given.isPresent() && !given.is(name)) {
      given.changed("it is called %s here".formatted(name));
    }
    given.take();
  }

  private String needed() {
    return switch (kind) {
      case VOLUME -> "a PersistentVolumeClaim %s must be there".formatted(name);
      case CONFIG -> "kubectl create configmap %s --from-file=%s=FILE".formatted(name, key);
      case SECRET -> "kubectl create secret generic %s --from-file=%s=FILE".formatted(name, key);
    };
  }

  private Imported volume(String what, Notes notes) {
    if (source.get("driver").is("local")) {
      source.get("driver").noted("the cluster's default storage class provides it");
    }
    source.rest(_ -> "the cluster's storage class decides; set storageClassName");
    notes.say("a volume of Docker's has no size; 1Gi is a guess, and its data is yours to copy");
    return Imported.of(
        what,
        notes,
        new PersistentVolumeClaimBuilder()
            .withNewMetadata()
            .withName(name)
            .endMetadata()
            .withNewSpec()
            .withAccessModes("ReadWriteOnce")
            .withNewResources()
            .addToRequests("storage", new Quantity("1Gi"))
            .endResources()
            .endSpec()
            .build());
  }

  private Imported config(String what, Notes notes) {
    Optional<String> content = source.get("content").text();
    Optional<String> file = source.get("file").filled();
    if (content.isEmpty() && file.isPresent()) {
      content = content(file.get());
    }
    source.get("file").noted(content.isPresent() ? "its content is here" : needed());
    source.get("environment").changed(needed());
    source.rest(_ -> "a ConfigMap has no such field");
    if (content.isEmpty()) {
      return new Imported(what, List.of(), notes, "make it: " + needed());
    }
    return Imported.of(
        what,
        notes,
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(name)
            .endMetadata()
            .withData(Map.of(key, content.get()))
            .build());
  }

  /** Omits the content of a secret, because the output is for Git. */
  private Imported secret(String what, Notes notes) {
    source
        .get("file")
        .filled()
        .ifPresent(file ->
            source
                .get("file")
                .changed(
                    "kubectl create secret generic %s --from-file=%s=%s"
                        .formatted(name, key, file)));
    source
        .get("environment")
        .filled()
        .ifPresent(variable ->
            source
                .get("environment")
                .changed(
                    "kubectl create secret generic %s --from-literal=%s=\"$%s\""
                        .formatted(name, key, variable)));
    source.rest(_ -> "a Secret has no such field");
    return new Imported(what, List.of(), notes, "make it: " + needed());
  }

  private Optional<String> content(String file) {
    Path folder = Path.of(source.place().file()).getParent();
    Path path = folder == null ? Path.of(file) : folder.resolve(file);
    try {
      if (!Files.isRegularFile(path) || Files.size(path) > LARGEST) {
        return Optional.empty();
      }
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(path)))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
