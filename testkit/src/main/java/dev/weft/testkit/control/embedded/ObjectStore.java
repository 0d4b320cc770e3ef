package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The objects of the embedded API server, with the guarantees of etcd and the API server's
 * registry. Every change has a version, and a writer with an older version is refused. A deleted
 * object disappears when no finalizer or kubelet holds it, together with the objects that it alone
 * owns. Stored trees are never changed in place: results may be read at any time, but not written.
 */
final class ObjectStore {
  /** The same as the API server's limit for all annotations of an object together. */
  private static final int ANNOTATIONS_LIMIT = 256 * 1024;

  private static final long POD_GRACE_SECONDS = 30;
  private static final Set<String> IDENTITY =
      Set.of(
          "name",
          "namespace",
          "uid",
          "creationTimestamp",
          "generation",
          "deletionTimestamp",
          "deletionGracePeriodSeconds");

  private final Map<ResourceType, Map<Key, ObjectNode>> objects = new LinkedHashMap<>();
  private final Map<String, Map<String, ObjectNode>> applied = new HashMap<>();
  private final Journal journal = new Journal();

  /** Key of an object in its collection; cluster-scoped objects have the namespace "". */
  record Key(String namespace, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int namespaces = namespace.compareTo(other.namespace);
      return namespaces == 0 ? name.compareTo(other.name) : namespaces;
    }
  }

  /** All objects of a collection at one version. */
  record Snapshot(List<ObjectNode> items, long version) {}

  ObjectStore() {
    ResourceType.BUILT_IN.forEach(type -> objects.put(type, new TreeMap<>()));
  }

  synchronized Optional<ResourceType> type(String group, String version, String plural) {
    return objects.keySet().stream()
        .filter(type -> type.group().equals(group))
        .filter(type -> type.version().equals(version) && type.plural().equals(plural))
        .findFirst();
  }

  synchronized List<ResourceType> types() {
    return List.copyOf(objects.keySet());
  }

  synchronized ObjectNode get(ResourceType type, Key key) {
    return find(type, key).orElseThrow(() -> ApiError.notFound(type, key.name()));
  }

  synchronized Optional<ObjectNode> find(ResourceType type, Key key) {
    return Optional.ofNullable(collection(type).get(key));
  }

  synchronized Snapshot list(ResourceType type, @Nullable String namespace, Selector selector) {
    List<ObjectNode> items =
        collection(type).entrySet().stream()
            .filter(entry -> namespace == null || namespace.equals(entry.getKey().namespace()))
            .map(Map.Entry::getValue)
            .filter(selector)
            .toList();
    return new Snapshot(items, journal.version());
  }

  /**
   * Sends the events of a collection without gaps or duplicates.
   *
   * @param after version after which the events begin; null for all objects first
   * @return ends the watch
   */
  synchronized Runnable watch(
      ResourceType type,
      @Nullable String namespace,
      Selector selector,
      @Nullable Long after,
      Consumer<ObjectNode> sink) {
    var watch = new Journal.Watch(type, namespace, selector, sink);
    if (after == null) {
      list(type, namespace, selector).items().forEach(item -> watch.send("ADDED", item));
      journal.follow(watch, journal.version());
    } else {
      journal.follow(watch, after);
    }
    return () -> {
      synchronized (this) {
        journal.unfollow(watch);
      }
    };
  }

  synchronized ObjectNode create(ResourceType type, String namespace, ObjectNode body) {
    ObjectNode object = body.deepCopy();
    ObjectNode metadata = object.withObjectProperty("metadata");
    if (metadata.path("name").asText().isEmpty() && metadata.hasNonNull("generateName")) {
      metadata.put(
          "name",
          metadata.get("generateName").asText() + UUID.randomUUID().toString().substring(0, 5));
    }
    String name = metadata.path("name").asText();
    if (name.isEmpty()) {
      throw ApiError.invalid(type, "", "metadata.name: Required value");
    }
    Key key = new Key(namespace, name);
    if (collection(type).containsKey(key)) {
      throw ApiError.alreadyExists(type, name);
    }
    metadata.remove(List.of("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"));
    metadata.put("uid", UUID.randomUUID().toString());
    metadata.put("creationTimestamp", now());
    metadata.put("generation", 1);
    if (!namespace.isEmpty()) {
      metadata.put("namespace", namespace);
    }
    if (type.custom()) {
      object.remove("status");
    }
    object.put("apiVersion", type.apiVersion()).put("kind", type.kind());
    if (type.kind().equals("CustomResourceDefinition")) {
      establish(object);
    }
    store(type, key, null, object);
    return collection(type).getOrDefault(key, object);
  }

  /**
   * Changes an object.
   *
   * @param status whether to change only the status, of a Pod also its annotations, else everything
   *     but the status
   * @param change returns the new object for a copy of the current one; a {@code resourceVersion}
   *     that it leaves or sets there must be the current one
   */
  synchronized ObjectNode update(
      ResourceType type, Key key, boolean status, UnaryOperator<ObjectNode> change) {
    ObjectNode current = get(type, key);
    ObjectNode wanted = change.apply(current.deepCopy());
    refuseStale(type, key, current, wanted);
    ObjectNode next = status ? current.deepCopy() : wanted;
    if (status || type.custom() || type.kind().equals("Pod")) {
      copy("status", status ? wanted : current, next);
    }
    if (status && type.kind().equals("Pod")) {
      copy("annotations", wanted.path("metadata"), next.withObjectProperty("metadata"));
    }
    if (!status) {
      ObjectNode metadata = next.withObjectProperty("metadata");
      IDENTITY.forEach(field -> copy(field, current.path("metadata"), metadata));
      next.put("apiVersion", type.apiVersion()).put("kind", type.kind());
    }
    copy("resourceVersion", current.path("metadata"), next.withObjectProperty("metadata"));
    if (next.equals(current)) {
      return current;
    }
    if (type.custom() && !content(next).equals(content(current))) {
      bumpGeneration(next);
    }
    if (isReleased(next)) {
      remove(type, key, next);
    } else {
      store(type, key, current, next);
    }
    return next;
  }

  /** Server-side apply: creates the object or changes the fields of its manager. */
  synchronized ObjectNode apply(
      ResourceType type, Key key, boolean status, String manager, ObjectNode body) {
    String owner = status ? manager + "/status" : manager;
    ObjectNode config = body.deepCopy();
    config.remove(List.of("apiVersion", "kind"));
    JsonNode metadata = config.path("metadata");
    String readVersion = metadata.path("resourceVersion").asText();
    if (metadata instanceof ObjectNode fields) {
      fields.remove(IDENTITY);
      fields.remove(List.of("resourceVersion", "managedFields"));
    }
    config.remove(status ? List.of("spec", "metadata") : List.of("status"));
    ObjectNode result;
    if (find(type, key).isEmpty() && !status) {
      result = create(type, key.namespace(), body);
    } else {
      var managers = applied.getOrDefault(uid(get(type, key)), Map.of());
      List<ObjectNode> others =
          managers.entrySet().stream()
              .filter(entry -> !entry.getKey().equals(owner))
              .map(Map.Entry::getValue)
              .toList();
      result =
          update(
              type,
              key,
              status,
              object -> {
                Patches.apply(object, config, managers.get(owner), others);
                if (!readVersion.isEmpty()) {
                  object.withObjectProperty("metadata").put("resourceVersion", readVersion);
                }
                return object;
              });
    }
    applied.computeIfAbsent(uid(result), uid -> new HashMap<>()).put(owner, config);
    return result;
  }

  /**
   * Deletes an object, or marks it as terminating while finalizers or, for a Pod on a node, its
   * kubelet hold it.
   */
  synchronized ObjectNode delete(ResourceType type, Key key, JsonNode options) {
    ObjectNode current = get(type, key);
    JsonNode preconditions = options.path("preconditions");
    for (String field : List.of("uid", "resourceVersion")) {
      JsonNode wanted = preconditions.path(field);
      if (wanted.isTextual() && !wanted.equals(current.path("metadata").path(field))) {
        throw ApiError.conflict(type, key.name(), "Precondition failed: " + field);
      }
    }
    boolean graceful =
        type.kind().equals("Pod") && current.path("spec").path("nodeName").isTextual();
    long grace = graceful ? options.path("gracePeriodSeconds").asLong(POD_GRACE_SECONDS) : 0;
    ObjectNode next = current.deepCopy();
    ObjectNode metadata = next.withObjectProperty("metadata");
    if (!metadata.hasNonNull("deletionTimestamp")) {
      metadata.put("deletionTimestamp", now());
      bumpGeneration(next);
    }
    metadata.put("deletionGracePeriodSeconds", grace);
    if (isReleased(next)) {
      remove(type, key, next);
    } else if (!next.equals(current)) {
      store(type, key, current, next);
    }
    return next;
  }

  private void store(ResourceType type, Key key, @Nullable ObjectNode previous, ObjectNode next) {
    JsonNode annotations = next.path("metadata").path("annotations");
    if (annotations.toString().length() > ANNOTATIONS_LIMIT) {
      throw ApiError.invalid(
          type,
          key.name(),
          "metadata.annotations: Too long: may not be more than %d bytes"
              .formatted(ANNOTATIONS_LIMIT));
    }
    long version = journal.nextVersion();
    next.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
    collection(type).put(key, next);
    if (type.kind().equals("CustomResourceDefinition")) {
      ResourceType.definedBy(next).forEach(this::define);
    }
    journal.record(new Journal.Event(version, type, previous, next, false));
    if (previous == null) {
      collectOrphan(type, key, next);
    }
  }

  private void remove(ResourceType type, Key key, ObjectNode last) {
    ObjectNode previous = collection(type).remove(key);
    applied.remove(uid(last));
    long version = journal.nextVersion();
    last.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
    journal.record(new Journal.Event(version, type, previous, last, true));
    for (ResourceType each : types()) {
      for (Map.Entry<Key, ObjectNode> entry : Map.copyOf(collection(each)).entrySet()) {
        if (owners(entry.getValue()).contains(uid(last))) {
          collectOrphan(each, entry.getKey(), entry.getValue());
        }
      }
    }
  }

  private void collectOrphan(ResourceType type, Key key, ObjectNode object) {
    Set<String> owners = owners(object);
    boolean orphan =
        !owners.isEmpty()
            && objects.values().stream()
                .flatMap(collection -> collection.values().stream())
                .noneMatch(each -> owners.contains(uid(each)));
    if (orphan) {
      delete(type, key, object.objectNode());
    }
  }

  /** A changed definition replaces its kind and keeps the objects. */
  private void define(ResourceType type) {
    Map<Key, ObjectNode> kept = new TreeMap<>();
    type(type.group(), type.version(), type.plural())
        .ifPresent(old -> {
          if (!old.equals(type)) {
            kept.putAll(collection(old));
            objects.remove(old);
          }
        });
    objects.putIfAbsent(type, kept);
  }

  private Map<Key, ObjectNode> collection(ResourceType type) {
    Map<Key, ObjectNode> collection = objects.get(type);
    if (collection == null) {
      throw ApiError.noSuchPath(type.qualifiedPlural());
    }
    return collection;
  }

  private static void establish(ObjectNode definition) {
    ArrayNode conditions = definition.putObject("status").putArray("conditions");
    for (String condition : List.of("NamesAccepted", "Established")) {
      conditions.addObject().put("type", condition).put("status", "True").put("reason", condition);
    }
  }

  private static void refuseStale(
      ResourceType type, Key key, ObjectNode current, ObjectNode wanted) {
    for (String field : List.of("resourceVersion", "uid")) {
      String read = wanted.path("metadata").path(field).asText();
      if (!read.isEmpty() && !read.equals(current.path("metadata").path(field).asText())) {
        throw ApiError.conflict(
            type,
            key.name(),
            "the object has been modified; please apply your changes to the latest version and try"
                + " again");
      }
    }
  }

  private static boolean isReleased(ObjectNode object) {
    JsonNode metadata = object.path("metadata");
    return metadata.hasNonNull("deletionTimestamp")
        && metadata.path("finalizers").isEmpty()
        && metadata.path("deletionGracePeriodSeconds").asLong() == 0;
  }

  private static ObjectNode content(ObjectNode object) {
    ObjectNode content = object.deepCopy();
    content.remove(List.of("metadata", "status"));
    return content;
  }

  private static void bumpGeneration(ObjectNode object) {
    ObjectNode metadata = object.withObjectProperty("metadata");
    metadata.put("generation", metadata.path("generation").asLong() + 1);
  }

  private static void copy(String field, JsonNode from, ObjectNode to) {
    JsonNode value = from.path(field);
    if (value.isMissingNode()) {
      to.remove(field);
    } else {
      to.set(field, value.deepCopy());
    }
  }

  private static Set<String> owners(ObjectNode object) {
    return StreamSupport.stream(
            object.path("metadata").path("ownerReferences").spliterator(), false)
        .map(reference -> reference.path("uid").asText())
        .collect(Collectors.toSet());
  }

  private static String uid(ObjectNode object) {
    return object.path("metadata").path("uid").asText();
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
