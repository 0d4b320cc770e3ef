package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.testkit.control.embedded.ObjectStore.Snapshot;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.HttpUrl;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.zjsonpatch.JsonPatch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Kubernetes' REST conventions in front of an {@link ObjectStore}. */
final class ApiDispatcher extends Dispatcher {
  /** The same as the limit of the API server. */
  private static final int REQUEST_LIMIT = 3 * 1024 * 1024;

  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api/(?<core>v1)|apis/(?<group>[^/]+)/(?<version>[^/]+))"
              + "(?:/namespaces/(?<namespace>[^/]+)(?=/(?!status$|finalize$)))?"
              + "/(?<plural>[^/]+)(?:/(?<name>[^/]+))?(?:/(?<subresource>[^/]+))?");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Reads YAML, and so also JSON. */
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  private final ObjectStore store;
  private final Discovery discovery;

  /** Target of a request. */
  private record Target(
      ResourceType type,
      @Nullable String namespace,
      @Nullable String name,
      boolean status,
      HttpUrl url) {

    ObjectStore.Key key() {
      return new ObjectStore.Key(
          namespace == null ? "" : namespace,
          Objects.requireNonNull(name, "a collection has no name"));
    }

    Selector selector() {
      return Selector.of(url.queryParameter("labelSelector"), url.queryParameter("fieldSelector"));
    }

    boolean isWatch() {
      String watch = url.queryParameter("watch");
      return "true".equals(watch) || "1".equals(watch);
    }

    @Nullable Long watchedVersion() {
      String version = url.queryParameter("resourceVersion");
      return version == null || version.isEmpty() || version.equals("0")
          ? null
          : Long.valueOf(version);
    }
  }

  ApiDispatcher(ObjectStore store) {
    this.store = store;
    this.discovery = new Discovery(store);
  }

  @Override
  public MockResponse dispatch(RecordedRequest request) {
    try {
      byte[] body = request.getBody().getBytes();
      if (body.length > REQUEST_LIMIT) {
        throw ApiError.tooLarge(REQUEST_LIMIT);
      }
      return answer(request, new String(body, StandardCharsets.UTF_8));
    } catch (ApiError e) {
      return json(e.code(), e.status());
    } catch (JsonProcessingException e) {
      ApiError error = ApiError.badRequest("the body is not understood: " + e.getMessage());
      return json(error.code(), error.status());
    }
  }

  private MockResponse answer(RecordedRequest request, String body) throws JsonProcessingException {
    HttpUrl url = Objects.requireNonNull(HttpUrl.parse("http://embedded" + request.getPath()));
    String path = url.encodedPath();
    if (List.of("/healthz", "/livez", "/readyz").contains(path)) {
      return new MockResponse().setResponseCode(200).setBody("ok");
    }
    Optional<ObjectNode> learned = discovery.answer(path);
    if (learned.isPresent()) {
      return json(200, learned.get());
    }
    if (path.startsWith("/apis/authorization.k8s.io/v1/selfsubject")) {
      return json(201, permitted(object(body)));
    }
    Target target = target(path, url);
    return switch (request.getMethod()) {
      case "GET" -> read(request, target);
      case "POST" -> json(201, create(target, object(body)));
      case "PUT" -> json(200, update(target, object(body)));
      case "PATCH" -> json(200, patch(target, request.getHeader("Content-Type"), body));
      case "DELETE" -> json(200, delete(target, body));
      default -> throw ApiError.unsupported(request.getMethod(), path);
    };
  }

  /** Grants all rights to a client that asks for its rights. */
  private static ObjectNode permitted(ObjectNode review) {
    ObjectNode status = review.putObject("status").put("allowed", true).put("incomplete", false);
    ObjectNode rule = status.putArray("resourceRules").addObject();
    List.of("verbs", "apiGroups", "resources").forEach(each -> rule.putArray(each).add("*"));
    status.putArray("nonResourceRules");
    return review;
  }

  private Target target(String path, HttpUrl url) {
    Matcher matcher = PATH.matcher(path);
    if (!matcher.matches()) {
      throw ApiError.noSuchPath(path);
    }
    boolean core = matcher.group("core") != null;
    ResourceType type =
        store
            .type(
                core ? "" : matcher.group("group"),
                core ? "v1" : matcher.group("version"),
                matcher.group("plural"))
            .orElseThrow(() -> ApiError.noSuchPath(path));
    String subresource = matcher.group("subresource");
    if (subresource != null && !subresource.equals("status")) {
      throw ApiError.noSuchPath(path);
    }
    if (url.queryParameter("dryRun") != null) {
      throw ApiError.badRequest("the embedded API server has no dry run");
    }
    return new Target(
        type,
        type.namespaced() ? matcher.group("namespace") : null,
        matcher.group("name"),
        subresource != null,
        url);
  }

  private MockResponse read(RecordedRequest request, Target target) {
    boolean table = String.valueOf(request.getHeader("Accept")).contains("as=Table");
    if (target.isWatch()) {
      return "websocket".equalsIgnoreCase(request.getHeader("Upgrade"))
          ? new MockResponse().withWebSocketUpgrade(new WatchStream(sink -> watch(target, sink)))
          : shortWatch(target);
    }
    if (target.name() != null) {
      ObjectNode object = store.get(target.type(), target.key());
      return json(200, table ? table(target.type(), new Snapshot(List.of(object), 0)) : object);
    }
    Snapshot found = store.list(target.type(), target.namespace(), target.selector());
    return json(200, table ? table(target.type(), found) : list(target.type(), found));
  }

  private Runnable watch(Target target, Consumer<ObjectNode> sink) {
    return store.watch(
        target.type(), target.namespace(), target.selector(), target.watchedVersion(), sink);
  }

  /**
   * Answers a client that watches without a WebSocket, such as kubectl: it sends the events so far
   * after one second. The delay keeps a client that repeats the request from causing load.
   */
  private MockResponse shortWatch(Target target) {
    StringBuilder events = new StringBuilder();
    watch(target, event -> events.append(event).append('\n')).run();
    return new MockResponse()
        .setResponseCode(200)
        .setHeader("Content-Type", "application/json")
        .setBody(events.append('\n').toString())
        .setBodyDelay(1, TimeUnit.SECONDS);
  }

  private ObjectNode create(Target target, ObjectNode body) {
    String namespace = target.namespace();
    return store.create(target.type(), namespace == null ? "" : namespace, body);
  }

  private ObjectNode update(Target target, ObjectNode body) {
    return change(target, current -> body);
  }

  private ObjectNode patch(Target target, @Nullable String contentType, String body)
      throws JsonProcessingException {
    String type = String.valueOf(contentType).split(";", 2)[0].trim();
    return switch (type) {
      case "application/apply-patch+yaml" -> {
        String manager = target.url().queryParameter("fieldManager");
        yield store.apply(
            target.type(),
            target.key(),
            target.status(),
            manager == null ? "unknown" : manager,
            YAML.unmarshal(body, ObjectNode.class));
      }
      case "application/merge-patch+json", "application/strategic-merge-patch+json" -> {
        ObjectNode changes = object(body);
        yield change(
            target,
            current -> {
              Patches.merge(current, changes);
              return current;
            });
      }
      case "application/json-patch+json" -> {
        JsonNode operations = JSON.readTree(body);
        yield change(target, current -> jsonPatch(target, current, operations));
      }
      default -> throw ApiError.unsupported("PATCH", type);
    };
  }

  private ObjectNode change(Target target, UnaryOperator<ObjectNode> change) {
    return store.update(target.type(), target.key(), target.status(), change);
  }

  private static ObjectNode jsonPatch(Target target, ObjectNode current, JsonNode operations) {
    try {
      return (ObjectNode) JsonPatch.apply(operations, current);
    } catch (io.fabric8.zjsonpatch.JsonPatchException e) {
      throw ApiError.invalid(target.type(), target.key().name(), String.valueOf(e.getMessage()));
    }
  }

  private ObjectNode delete(Target target, String body) throws JsonProcessingException {
    JsonNode options = body.isBlank() ? JsonNodeFactory.instance.objectNode() : JSON.readTree(body);
    String grace = target.url().queryParameter("gracePeriodSeconds");
    if (grace != null && options instanceof ObjectNode fields) {
      fields.put("gracePeriodSeconds", Long.parseLong(grace));
    }
    if (target.name() != null) {
      return store.delete(target.type(), target.key(), options);
    }
    Snapshot found = store.list(target.type(), target.namespace(), target.selector());
    for (ObjectNode item : found.items()) {
      JsonNode metadata = item.path("metadata");
      store.delete(
          target.type(),
          new ObjectStore.Key(metadata.path("namespace").asText(), metadata.path("name").asText()),
          options);
    }
    return list(target.type(), found);
  }

  private static ObjectNode object(String body) throws JsonProcessingException {
    if (JSON.readTree(body) instanceof ObjectNode object) {
      return object;
    }
    throw ApiError.badRequest("the body is not an object");
  }

  private static ObjectNode list(ResourceType type, Snapshot found) {
    ObjectNode list =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", type.kind() + "List")
            .put("apiVersion", type.apiVersion());
    list.putObject("metadata").put("resourceVersion", Long.toString(found.version()));
    list.putArray("items").addAll(found.items());
    return list;
  }

  private static ObjectNode table(ResourceType type, Snapshot found) {
    ObjectNode table =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "Table")
            .put("apiVersion", "meta.k8s.io/v1");
    table.putObject("metadata").put("resourceVersion", Long.toString(found.version()));
    ArrayNode heads = table.putArray("columnDefinitions");
    heads.addObject().put("name", "Name").put("type", "string").put("format", "name");
    for (PrinterColumns.Column column : type.columns().columns()) {
      heads
          .addObject()
          .put("name", column.name())
          .put("type", column.type().toLowerCase(Locale.ROOT))
          .put("priority", column.priority());
    }
    ArrayNode rows = table.putArray("rows");
    for (ObjectNode item : found.items()) {
      ObjectNode row = rows.addObject();
      ArrayNode cells = row.putArray("cells").add(item.path("metadata").path("name").asText());
      type.columns().columns().forEach(column -> cells.add(column.cell(item)));
      ObjectNode partial =
          row.putObject("object")
              .put("kind", "PartialObjectMetadata")
              .put("apiVersion", "meta.k8s.io/v1");
      partial.set("metadata", item.path("metadata"));
    }
    return table;
  }

  private static MockResponse json(int code, ObjectNode body) {
    return new MockResponse()
        .setResponseCode(code)
        .setHeader("Content-Type", "application/json")
        .setBody(body.toString());
  }
}
